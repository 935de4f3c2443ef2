"""What `--kind` and `--items` make of a recipe."""

import pytest

from tfrec_dl.cli.options.retrieval import Kind, settled
from tfrec_dl.errors import InputError
from tfrec_dl.recipes.named import get_recipe


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
    assert settled(get_recipe("gru"), settings, kind, items).model.kind == expected
    game = settled(get_recipe("irgan"), settings, kind, items).model
    assert (game.generator.kind, game.discriminator.kind) == (expected, expected)


@pytest.mark.parametrize(("name", "settings"), [("mult_dae", {}), ("cfgan", {}), ("irgan", {"generator": "mult_dae"})])
def test_network_of_ids_alone_has_no_kind_to_set(name, settings):
    """Training refuses the features, and says why."""
    recipe = get_recipe(name).with_settings(settings)
    assert settled(get_recipe(name), settings, None, "items.csv") == recipe
    if name != "irgan":
        with pytest.raises(InputError, match="there is no setting 'kind'"):
            settled(get_recipe(name), settings, Kind.HYBRID, "items.csv")
