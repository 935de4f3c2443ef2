"""Comma-separated lists of names on the command line."""


def parse_names(text: str) -> list[str]:
    """Splits a text at commas; drops empty names and duplicates."""
    return list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
