"""New items, into an export, without the model."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from tests.serving.content import KINDS, SMALL, catalogue, content_model, only, pictures, split_of, texts
from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.errors import InputError
from tfrec_dl.lifecycle.load import load
from tfrec_dl.recipes.named import get_recipe
from tfrec_dl.retrieval.build import build_model
from tfrec_dl.retrieval.fit import fit
from tfrec_dl.retrieval.serving.add_items import add_items
from tfrec_dl.serving.attributes.compact import saved_columns
from tfrec_dl.serving.attributes.shown_source import ShownSource
from tfrec_dl.serving.attributes.source import AttributeSource
from tfrec_dl.serving.card import ModelCard
from tfrec_dl.serving.export import export_saved_model
from tfrec_dl.serving.publishing import publish_module
from tfrec_dl.serving.run_saved_model import run_in_session
from tfrec_dl.serving.warm_up import WARM_UP_FILE, read_warm_up

NEW = catalogue(6, seed=100, prefix="new-")


@pytest.fixture(scope="module")
def model():
    return content_model(catalogue(), "hybrid")


@pytest.fixture(scope="module")
def dest(model, tmp_path_factory) -> Path:
    """Version 1 is an export, version 2 has the new items."""
    dest = tmp_path_factory.mktemp("exports") / "hybrid"
    card = ModelCard(name="mine", metrics={"test/ndcg@10": 0.5})
    items = catalogue()
    source, shown = AttributeSource(items), ShownSource(items, ("the title",))
    export_saved_model(model, dest, k_max=30, card=card, attributes=source, shown=shown)
    assert add_items(dest, NEW, k_max=30) == dest / "2"
    return dest


def scores(version: Path, history: list[str]) -> dict[str, float]:
    (found,) = load(version).recommend([history], k=load(version).k_max)
    return dict(found)


def test_known_items_keep_their_scores_and_new_ones_score_by_their_features(model, dest):
    history = ["sea-0", "war-3", "sea-2"]
    before, after = scores(dest / "1", history), scores(dest / "2", history)
    assert set(after) == set(before) | set(NEW.ids)
    assert {item: after[item] for item in before} == pytest.approx(before, rel=1e-5, abs=1e-6)
    query = model.query(tf.constant([model.vocabulary.encode(history)])).numpy()[0]
    raw = {name: tf.constant(values) for name, values in NEW.columns.items()}
    expected = dict(zip(NEW.ids, model.item_tower.vectors_of(raw).numpy() @ query, strict=True))
    assert {item: after[item] for item in NEW.ids} == pytest.approx(expected, rel=1e-5, abs=1e-6)


def test_attributes_are_extended_by_those_of_the_new_items(dest):
    saved = tf.saved_model.load(str(dest / "2"))
    columns = saved_columns(saved.attributes)
    expected = catalogue().extended_by(NEW).take([item.decode() for item in saved.item_ids().numpy()])
    assert columns.kinds
    for name in columns.kinds:
        np.testing.assert_array_equal(columns.columns[name][2:], expected.columns[name])


def test_new_items_show_the_columns_of_their_table(dest):
    items = ["sea-1", NEW.ids[2], "nobody"]
    titles = [*catalogue().extended_by(NEW).take(items[:2]).columns["the title"], ""]
    assert [each["the_title"] for each in load(dest).describe_items(items)] == titles


def test_new_items_count_in_histories(model, dest):
    version = load(dest)
    after_new = version.recommend([["new-sea-0", "sea-1"]], k=20)[0]
    extended = content_model_with_new(model)
    query = extended.query(tf.constant([extended.vocabulary.encode(["new-sea-0", "sea-1"])])).numpy()[0]
    indices = extended.vocabulary.encode([item for item, _ in after_new])
    np.testing.assert_allclose(
        [score for _, score in after_new], extended.item_vectors().numpy()[indices] @ query, rtol=1e-4, atol=1e-5
    )
    assert "new-sea-0" not in dict(after_new)


def content_model_with_new(model):
    """The Python model over the new items too."""
    tower = model.item_tower.extended(NEW)
    return type(model)(model.encoder, tower, model.vocabulary.extended(NEW.ids), model.retrieval_loss, model.max_length)


def test_new_users_get_new_items_last(dest):
    (found,) = load(dest).recommend([[]], k=30)
    assert {item for item, score in found if score == 0} == {*NEW.ids, "sea-11", "war-11"}
    assert [score for _, score in found[-8:]] == [0] * 8


def test_an_added_export_takes_further_items_and_every_warm_up_request_runs_in_a_session(dest, tmp_path):
    shutil.copytree(dest, tmp_path / "copy")
    more = catalogue(2, seed=300, prefix="newer-")
    version = add_items(tmp_path / "copy", more)
    assert version == tmp_path / "copy" / "3"
    history = ["sea-0", "new-war-1"]
    two, three = scores(dest / "2", history), scores(version, history)
    assert load(version).k_max == 30
    shared = {item: score for item, score in three.items() if item in two}
    assert shared == pytest.approx({item: two[item] for item in shared}, rel=1e-5, abs=1e-6)
    requests = read_warm_up(version / WARM_UP_FILE)
    calls = [
        (each.model_spec.signature_name, {key: tf.make_ndarray(value) for key, value in each.inputs.items()})
        for each in requests
    ]
    for outputs in run_in_session(version, calls):
        assert all(np.isfinite(value).all() for value in outputs.values() if value.dtype == np.float32)
    assert {name for name, _ in calls} == set(tf.saved_model.load(str(version)).signatures)


def test_the_next_version_is_larger_by_the_new_rows_alone(dest):
    sizes = [sum(path.stat().st_size for path in (dest / version).rglob("*")) for version in ("1", "2")]
    assert sizes[1] - sizes[0] < 40_000


def test_card_goes_on_and_names_what_was_added(dest):
    before, after = (
        json.loads((dest / version / "assets.extra" / "model_card.json").read_text()) for version in ("1", "2")
    )
    assert (after["name"], after["metrics"], after["versions"]) == ("mine", {"test/ndcg@10": 0.5}, before["versions"])
    assert (before["model"]["items"], after["model"]["items"]) == (24, 30)
    (addition,) = after["additions"]
    assert (addition["items"], addition["ids"]) == (6, list(NEW.ids))
    assert after["limits"] == before["limits"]
    text = (dest / "2" / "assets.extra" / "model_card.md").read_text()
    assert f"## Items added without a training\n\n- {addition['date']}: 6 (new-sea-0, new-war-0" in text


def test_card_lists_feature_kind_and_input(dest):
    text = (dest / "1" / "assets.extra" / "model_card.md").read_text()
    assert "| the title | text | `the_title` | `embed_item_features` |" in text
    assert "once add_items has added them" in text
    assert "new items need a new training" not in text


def test_table_is_read_as_the_models_features_whatever_its_values_look_like(model, tmp_path):
    items = only(catalogue(), "the title", "year")
    version = export_saved_model(content_model(items), tmp_path / "content")
    # One row: every column has one distinct value, and the title spells a number.
    table = pd.DataFrame({"movie": ["new"], "year": ["1990"], "the title": ["1984"], "shop": ["x"]})
    table.to_csv(tmp_path / "new.csv", index=False)
    add_items(version.parent, tmp_path / "new.csv", id_column="movie")
    add_items(version.parent, table.assign(movie="newer"), id_column="movie")
    vectors = tf.saved_model.load(str(tmp_path / "content" / "3")).signatures["embed_items"]
    from_file, from_frame = vectors(item_ids=tf.constant(["new", "newer"]))["vectors"].numpy()
    np.testing.assert_array_equal(from_file, from_frame)
    assert from_file.any()


@pytest.mark.parametrize(
    ("items", "message"),
    [
        (catalogue(2), r"2 of the 2 new ids are in the export already \('sea-0', 'war-0'\)"),
        (only(NEW, "genres", "cover"), "lacks the features 'the title', 'year'"),
        (pd.DataFrame({"item_id": ["n"], "genres": ["sea"], "cover": [""]}), "lacks the features 'the title', 'year'"),
        (Catalogue(NEW.ids, {**KINDS, "year": "text"}, {**NEW.columns, "year": NEW.columns["genres"]}), "kinds="),
        (Catalogue(np.array(["n"] * 6, object), KINDS, NEW.columns), "5 of the 6 new ids are named twice"),
        (NEW.take([]), "0 new items"),
    ],
    ids=["known", "feature missing", "column missing", "kind", "twice", "none"],
)
def test_items_that_do_not_fit_are_refused_and_nothing_is_written(dest, items, message):
    before = sorted(dest.rglob("*"))
    with pytest.raises(InputError, match=message) as refused:
        add_items(dest, items)
    assert "\n" not in str(refused.value)
    assert sorted(dest.rglob("*")) == before


def test_items_are_added_to_the_version_that_another_process_published_meanwhile(dest, tmp_path, monkeypatch, caplog):
    shutil.copytree(dest / "1", tmp_path / "1")
    overtaken = iter([True])

    def publish_later(*arguments, **settings):
        if next(overtaken, False):  # the other process adds its items while this one has version 1
            shutil.copytree(dest / "2", tmp_path / "2")
        return publish_module(*arguments, **settings)

    monkeypatch.setattr("tfrec_dl.retrieval.serving.add_items.publish_module", publish_later)
    assert add_items(tmp_path, catalogue(2, seed=300, prefix="newer-")) == tmp_path / "3"
    assert {*NEW.ids, "newer-sea-0", "newer-war-0"} <= scores(tmp_path / "3", ["sea-0"]).keys()
    assert "version 2 was published while version 1 was read" in caplog.text


def test_model_that_knows_items_by_ids_takes_none(chain_export):
    with pytest.raises(InputError, match="takes no new items"):
        add_items(chain_export.parent, NEW)


def test_version_in_place_of_its_folder_is_refused(dest):
    with pytest.raises(InputError, match="name its folder"):
        add_items(dest / "1", NEW)


def test_damaged_card_is_refused_and_a_missing_one_begins_anew(dest, tmp_path):
    shutil.copytree(dest / "1", tmp_path / "1")
    card = tmp_path / "1" / "assets.extra" / "model_card.json"
    card.write_text("{")
    with pytest.raises(InputError, match="is not a model card"):
        add_items(tmp_path, NEW)
    card.unlink()
    version = add_items(tmp_path, NEW)
    assert json.loads((version / "assets.extra" / "model_card.json").read_text())["name"] == tmp_path.name


@pytest.mark.parametrize("feature", ["the title", "cover"])
def test_brand_new_item_is_recommended_to_those_whose_taste_it_meets(tmp_path, feature):
    items = only(catalogue(40), feature)
    split = split_of(items)
    recipe = get_recipe("simple_rnn").with_settings({**SMALL, "kind": "content"})
    tf.keras.utils.set_random_seed(0)
    model = build_model(recipe, split.vocabulary, items)
    fit(model, split, recipe.training, verbose=0)
    dest = export_saved_model(model, tmp_path / "content").parent

    # Raw: words in an order that no item has, pictures larger than any in training.
    values = {
        "the title": np.array([*texts("sea", 1, 7), *texts("war", 1, 7)], object),
        "cover": np.concatenate([pictures(taste, 1, 7).repeat(3, 1).repeat(2, 2) for taste in ("sea", "war")]),
    }
    new = Catalogue(np.array(["whales", "tanks"], object), items.kinds, {feature: values[feature]})
    add_items(dest, new)

    recommender = load(dest)
    for taste, wanted, other in (("sea", "whales", "tanks"), ("war", "tanks", "whales")):
        histories = [[f"{taste}-{item}", f"{taste}-{item + 1}", f"{taste}-{item + 2}"] for item in range(0, 12, 3)]
        for row in recommender.recommend(histories, k=39):
            ranked = [item for item, _ in row]
            assert ranked.index(wanted) < 18  # of its 20, three of them seen
            assert ranked.index(other) >= 18 if other in ranked else True
