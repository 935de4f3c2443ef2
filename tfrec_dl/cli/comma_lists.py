"""Lists of names on the command line, separated by commas."""


def parse_names(text: str) -> list[str]:
    """Splits names at commas, each once; empty ones are left out."""
    return list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
