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

    The version appears only once it is complete. `docs/serving.md` describes its contents.

    Args:
        run_or_model: a run or its folder, or a model with `serving_module`, which every model of this package has.
        dest: folder of the versions; created if missing.
        card: facts about data, split and metrics; by default taken from the run, and unknown for a model alone.
        k_max: length of the recommendation lists, if the model makes any; capped at the number of items.
        keep_seen: whether items of the history are recommended again; None uses the setting of the run, and False for a
            model.
        items: table of items (a frame, a CSV or Parquet file, or a `Catalogue`) whose columns become attributes, on
            which requests can set conditions. None uses the table that the run was trained with, if any.
        attributes: columns that become attributes; None for all with categories, numbers or dates.
        item_column: column of item ids.
        shown: columns that answers return as text, such as titles.
        index: how to search for the best items if scores are dot products: "exact" searches all items; "ivf" searches
            lists of similar items, which takes a fraction of the time in catalogues above some 50,000 items.
        recall: average share of the exact top ten that "ivf" must find.
        histories: for "ivf" with a model: one row of item ids per user, oldest first, not used in training. The recall
            is chosen and measured on them. A run has its own.
        counts: for a run with transition counts beside a network or in a stack: table of interactions, like the
            training table, from which transitions are counted again. The same table adds the interactions held out for
            validation and test.

    Returns:
        The version folder.

    Raises:
        InputError: if the run is not finished, or its data is missing for "ivf"; if the object is neither a run nor a
            model; if `dest` is a file, a run's folder or not writable; if there are no transitions to count again; if
            `k_max` is below 1; if a weight is not finite; if the index does not exist or the scores are not dot
            products; or if `tensorflow-serving-api` is missing.
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
            raise InputError(f"the columns to show are {list(shown)}, but there is no table of items: give items.")
        columns = None if items is None or not shown else ShownSource(items, tuple(shown), item_column)
        if counts is not None:
            raise InputError(f"counts is {str(counts)!r}, but a model does not know the table's columns: give a run.")
        request = IvfRequest(histories, recall=recall) if is_ivf(index) else None
        return export_saved_model(run_or_model, dest, k_max, card, bool(keep_seen), source, columns, request)
    family = run_or_model.recipe.family
    table = None if counts is None else Path(counts)
    options = ExportOptions(k_max, keep_seen, False, items, item_column, names, tuple(shown), index, recall, table)
    return family.export(run_or_model, dest, card or family.task.card(run_or_model), options)
