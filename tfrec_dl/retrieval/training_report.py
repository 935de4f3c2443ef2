"""Log lines on the parts used in a training, and the reasons for them."""

from collections.abc import Iterator

from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.retrieval.defaults import FULL_SOFTMAX_LIMIT, default_loss
from tfrec_dl.retrieval.model import RetrievalModel
from tfrec_dl.runs.optimisers import optimizer_title


def training_report(model: RetrievalModel) -> Iterator[str]:
    """Yields lines on the network, the loss and the optimizer of a compiled model."""
    items = model.vocabulary.trained_size - FIRST_ITEM
    loss, few = model.retrieval_loss, items <= FULL_SOFTMAX_LIMIT
    if loss != default_loss(items):
        why = "as set"
    elif few:
        why = f"exact, and cheap enough for {items:,} items (up to {FULL_SOFTMAX_LIMIT:,})"
    else:
        why = f"because a softmax over all {items:,} items costs too much (beyond {FULL_SOFTMAX_LIMIT:,})"
    yield f"network: {model.encoder.name}"
    yield f"loss: {loss.name}, {why}"
    if loss.reads_every_item() and model.history_embedding is None:
        rows = "with this loss the features of every item are read at every step"
    elif loss.reads_every_item():
        rows = "with this loss every item has a gradient, so all rows of the item table are updated"
    else:
        rows = "only the rows that a batch touches are updated, whatever the size of the catalogue"
    yield f"optimiser: {optimizer_title(model.optimizer)}; {rows}"
    if model.perturbation is not None:
        what = model.perturbation
        yield f"perturbation: {what.name}, rows shifted by {what.eps:g}, weight {what.weight:g}"
