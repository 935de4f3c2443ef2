"""What `--kind` and `--items` make of a recipe."""

import pytest

from tfrec_dl.cli.options.common import TableOptions
from tfrec_dl.cli.options.retrieval import Kind, RetrievalOptions
from tfrec_dl.cli.tasks import COMMANDS
from tfrec_dl.errors import InputError
from tfrec_dl.recipes.named import get_recipe


def settled(name, settings, kind, items):
    """The recipe that `train` makes of its options."""
    return COMMANDS["retrieval"].recipe(
        name, settings, RetrievalOptions(kind=kind), TableOptions("log.csv", items=items)
    )


@pytest.mark.parametrize(
    ("kind", "items", "settings", "expected"),
    [
        (None, None, {}, "behaviour"),
        (None, "items.csv", {}, "hybrid"),
        (Kind.CONTENT, "items.csv", {}, "content"),
        (None, "items.csv", {"kind": "content"}, "content"),
    ],
    ids=["no features", "features", "asked for", "set"],
)
def test_kind_is_hybrid_where_items_have_features_and_no_other_is_asked_for(kind, items, settings, expected):
    assert settled("gru", settings, kind, items).model.kind == expected
    networks = settled("irgan", settings, kind, items).model
    assert (networks.generator.kind, networks.discriminator.kind) == (expected, expected)


@pytest.mark.parametrize(("name", "settings"), [("mult_dae", {}), ("cfgan", {}), ("irgan", {"generator": "mult_dae"})])
def test_network_of_ids_alone_has_no_kind_to_set(name, settings):
    """Training refuses the features, and says why."""
    recipe = get_recipe(name).with_settings(settings)
    assert settled(name, settings, None, "items.csv") == recipe
    if name != "irgan":
        with pytest.raises(InputError, match="there is no setting 'kind'"):
            settled(name, settings, Kind.HYBRID, "items.csv")
