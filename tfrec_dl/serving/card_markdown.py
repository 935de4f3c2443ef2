"""The model card as Markdown."""

import json
from collections.abc import Mapping, Sequence

from tfrec_dl.serving.card import Addition, ModelCard, Update, feature_rows
from tfrec_dl.serving.signature import Signature, TensorInfo

UPDATES = "Attributes updated without a training"
UNKNOWN_METRICS = "Unknown: the model was exported without an evaluation."


def card_markdown(card: ModelCard, facts: Mapping[str, object], signatures: Sequence[Signature] = ()) -> str:
    """Returns the card as Markdown.

    Args:
        card: the card.
        facts: facts known to the export itself, such as the number of items.
        signatures: signatures of the export.
    """
    data = [
        f"- Data: {card.data or 'unknown'}",
        f"- Terms of the data: {card.data_terms or 'unknown'}",
        f"- Fingerprint (sha256): {card.data_fingerprint or 'unknown'}",
        f"- Split: {card.split or 'unknown'}",
        *([] if card.report is None else [f"- Report, with curves, groups of users and examples: `{card.report}`"]),
    ]
    sections = {
        "Model": [f"- {key}: {value}" for key, value in facts.items()],
        "Signatures": signature_table(signatures),
        "Features": _feature_table(signatures),
        "Items added without a training": [f"- {_addition(addition)}" for addition in card.additions],
        "Data": data,
        "Metrics": _metric_table(card),
        "Limits": [f"- {limit}" for limit in card.limits],
        "Configuration": _configuration_block(card),
        "Plugins": [f"- {module}" for module in card.plugins],
        "Versions": [f"- {package}: {version}" for package, version in card.versions.items()],
        UPDATES: [f"- {update_line(update)}" for update in card.updates],  # last: `update_items` adds lines
    }
    lines = [f"# {card.name}", "", f"Exported {card.date}."]
    for title, body in sections.items():
        if body:
            lines += ["", f"## {title}", "", *body]
    return "\n".join(lines) + "\n"


def update_line(update: Update) -> str:
    """Returns a line that says what was updated, and when."""
    return f"{update.date}: {', '.join(update.attributes)} of {update.items:,} items"


def signature_table(signatures: Sequence[Signature]) -> list[str]:
    """Returns two header lines of a Markdown table and one line per signature; empty without signatures."""
    if not signatures:
        return []
    rows = ["| signature | inputs | outputs | what it does |", "|---|---|---|---|"]
    for each in signatures:
        name = " or ".join(f"`{name}`" for name in (each.name, *each.also))
        rows.append(_row(name, _tensors(each.inputs), _tensors(each.outputs), each.description))
    return rows


def _tensors(tensors: Mapping[str, TensorInfo]) -> str:
    return ", ".join(f"`{name}` {info}" for name, info in tensors.items())


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _configuration_block(card: ModelCard) -> list[str]:
    if not card.configuration:
        return ["Unknown."]
    return ["```json", json.dumps(dict(card.configuration), indent=2, ensure_ascii=False, default=str), "```"]


def _metric_table(card: ModelCard) -> list[str]:
    if not card.metrics:
        return [UNKNOWN_METRICS]
    rows = ["| metric | value | 95 % interval over users |", "|---|---|---|"]
    for key, value in card.metrics.items():
        if key.endswith(("/low", "/high")):
            continue
        low, high = card.metrics.get(f"{key}/low"), card.metrics.get(f"{key}/high")
        interval = "unknown" if low is None or high is None else f"{low:.4f} to {high:.4f}"
        rows.append(f"| {key} | {value:.4f} | {interval} |")
    return rows


def _feature_table(signatures: Sequence[Signature]) -> list[str]:
    features = feature_rows(signatures)
    if not features:
        return []
    rows = ["| feature | kind | input | of signature |", "|---|---|---|---|"]
    for each in features:
        rows.append(_row(each["feature"], each["kind"], f"`{each['input']}`", f"`{each['signature']}`"))
    return rows


def _addition(addition: Addition) -> str:
    rest = addition.items - len(addition.ids)
    return f"{addition.date}: {addition.items:,} ({', '.join(addition.ids)}{f' and {rest:,} more' if rest else ''})"
