"""Export of a run or a model for TF Serving."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from types import NoneType

from tfrec_dl.arguments import names_given, path_given, require_type, require_whole
from tfrec_dl.errors import InputError
from tfrec_dl.families.export_options import ExportOptions
from tfrec_dl.families.run import Run
from tfrec_dl.serving.attributes.shown_source import ShownSource
from tfrec_dl.serving.attributes.source import AttributeSource
from tfrec_dl.serving.card import ModelCard
from tfrec_dl.serving.export import Exportable, export_saved_model
from tfrec_dl.serving.feature_tables import Table
from tfrec_dl.serving.ivf.request import EXACT, RECALL, IvfRequest, is_ivf
from tfrec_dl.serving.versions import refuse_run


def export(
    run_or_model: Run | Exportable | str | PathLike[str],
    dest: str | PathLike[str],
    card: ModelCard | None = None,
    k_max: int = 100,
    keep_seen: bool | None = None,
    items: Table | None = None,
    attributes: Sequence[str] | str | None = None,
    item_column: str = "item_id",
    shown: Sequence[str] | str = (),
    index: str = EXACT,
    recall: float = RECALL,
    histories: Sequence[Sequence[str]] = (),
    counts: str | PathLike[str] | None = None,
) -> Path:
    """Exports a finished run of any family, or a trained model, to DEST/<next free version>/.

    The version appears complete or not at all; `docs/serving.md` describes what is in it.

    Args:
        run_or_model: a run, or its folder; or a model with `serving_module`, as every model of ours has it.
        dest: folder of the versions, created if missing.
        card: what is known about data, split and metrics; by default what the run holds; of a model alone they are
            unknown.
        k_max: length of the recommendation lists, where the model makes any; cut to the number of items.
        keep_seen: whether items of the history are recommended again; None as the run was trained, and not for a model.
        items: table of the items (a frame, a CSV or Parquet file, a `Catalogue`) whose columns become attributes, which
            requests can set conditions on; None takes the one that a run was trained with, if any.
        attributes: its columns that do; None takes all that hold categories, numbers or dates.
        item_column: its column of ids.
        shown: its columns that come back in answers as text, such as titles.
        index: how the best items are searched where scores are products of vectors: "exact", in all items; "ivf", in
            lists of like ones, which takes a fraction of the time in catalogues above some 50,000 items.
        recall: share of the exact ten best items that "ivf" is to find, on average.
        histories: with "ivf", of a model: item ids of users, oldest first, a row each, which were not trained on; what
            the recall is chosen and measured on. A run has its own.
        counts: of a run with transitions beside a network, or in a stack: table of interactions, as that of the
            training, from which they are counted anew; the same table adds what was held out to validate and test on.

    Returns:
        The version folder.

    Raises:
        InputError: if the run is not finished, or for "ivf" its data are gone, the object is neither, `dest` is a file,
            a run's folder or cannot be written to, there are no transitions to count anew, `k_max` is below 1, a weight
            is not finite, there is no such index, the scores are no products of vectors, or `tensorflow-serving-api` is
            missing.
    """
    dest, shown = path_given(dest, "dest"), names_given(shown, "shown")
    names = None if attributes is None else names_given(attributes, "attributes")
    require_whole(k_max, "k_max")
    require_type(keep_seen, (bool, NoneType), "keep_seen", "give True or False, or None for what the run has")
    refuse_run(dest)
    if not isinstance(run_or_model, Run) and isinstance(run_or_model, str | PathLike):
        run_or_model = Run.open(Path(run_or_model))
    if not isinstance(run_or_model, Run):
        source = None if items is None else AttributeSource(items, names, item_column, may_be_none=bool(shown))
        if shown and items is None:
            raise InputError(f"the columns to show are {list(shown)}, of a table of items: give items.")
        columns = None if items is None or not shown else ShownSource(items, tuple(shown), item_column)
        if counts is not None:
            raise InputError(f"counts is {str(counts)!r}, of a model: give a run, which knows the table's columns.")
        request = IvfRequest(histories, recall=recall) if is_ivf(index) else None
        return export_saved_model(run_or_model, dest, k_max, card, bool(keep_seen), source, columns, request)
    family = run_or_model.recipe.family
    table = None if counts is None else Path(counts)
    options = ExportOptions(k_max, keep_seen, False, items, item_column, names, tuple(shown), index, recall, table)
    return family.export(run_or_model, dest, card or family.task.card(run_or_model), options)
