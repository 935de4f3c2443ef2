"""Signatures that take raw features and vectors: those of content and hybrid models."""

import shutil

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from tests.serving.any_request import answers_anything
from tests.serving.content import SMALL, catalogue, content_model, only
from tests.serving.stand_in import chain_model
from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.errors import InputError
from tfrec_dl.lifecycle.load import load
from tfrec_dl.retrieval.serving.add_items import add_items
from tfrec_dl.retrieval.serving.by_features import item_feature_signatures
from tfrec_dl.serving.export import export_saved_model
from tfrec_dl.serving.names import RECOMMEND_FROM_VECTORS
from tfrec_dl.serving.run_saved_model import run_in_session

NEW = catalogue(4, seed=100, prefix="new-")
USERS = only(catalogue(30, seed=50, prefix="user-"), "genres", "year")


@pytest.fixture(scope="module")
def model():
    """Untrained, but with biases, so that an item or a user without features has a vector."""
    model = content_model(catalogue(), "hybrid", USERS)
    generator = np.random.default_rng(0)
    for variable in model.trainable_variables:
        variable.assign_add(generator.normal(scale=0.1, size=variable.shape).astype(np.float32))
    return model


@pytest.fixture(scope="module")
def version(model, tmp_path_factory):
    return export_saved_model(model, tmp_path_factory.mktemp("exports") / "hybrid")


@pytest.fixture(scope="module")
def signatures(version):
    loaded = tf.saved_model.load(str(version))
    yield loaded.signatures
    del loaded


def test_every_signature_answers_any_request(model, signatures):
    answers_anything(model.serving_module().signatures(), signatures, catalogue().ids)


def lists(outputs):
    """Pairs (id, score) of each row, empty places left out."""
    rows = zip(outputs["item_ids"].numpy(), outputs["scores"].numpy(), strict=True)
    return [{item.decode(): score for item, score in zip(*row, strict=True) if item} for row in rows]


def vectors_of(signatures, *ids):
    """[1, L, D]; "" gives zeros."""
    return signatures["embed_items"](item_ids=tf.constant(ids))["vectors"][None]


def test_raw_features_of_every_kind_become_the_models_vectors(model, version):
    raw = {name: values.copy() for name, values in NEW.columns.items()}
    raw["the title"][1], raw["genres"][2], raw["year"][0] = "", "", np.nan
    raw["the title"][3] = "WHALE, (harbour)! nobody-knows 映画"
    raw["cover"] = raw["cover"].repeat(5, axis=1)  # any size
    raw["cover"][2] = 0
    expected = model.item_tower.vectors_of({name: tf.constant(values) for name, values in raw.items()})
    inputs = {**raw, "the_title": raw["the title"]}
    del inputs["the title"]
    (outputs,) = run_in_session(version, [("embed_item_features", inputs)])
    np.testing.assert_allclose(outputs["vectors"], expected, rtol=1e-5, atol=1e-6)
    assert len(np.unique(outputs["vectors"].round(4), axis=0)) == 4


def test_items_without_interactions_are_in_the_index_by_their_features(signatures):
    items = catalogue().take(["sea-11", "war-11"])
    features = {"the_title": items.columns["the title"], **{name: items.columns[name] for name in ("genres", "year")}}
    dtypes = {"year": tf.float32}
    inputs = {name: tf.constant(values, dtypes.get(name, tf.string)) for name, values in features.items()}
    vectors = signatures["embed_item_features"](cover=tf.constant(items.columns["cover"]), **inputs)["vectors"]
    np.testing.assert_allclose(vectors, vectors_of(signatures, "sea-11", "war-11")[0], rtol=1e-5, atol=1e-6)


def test_vectors_of_known_items_give_what_their_ids_give(signatures):
    ids = ["war-2", "sea-0", "sea-5"]
    by_ids = lists(signatures["serving_default"](history=tf.constant([ids])))
    by_vectors = lists(
        signatures["recommend_from_vectors"](
            history_vectors=vectors_of(signatures, *ids), exclude=tf.constant([[*ids, "nobody", ""]])
        )
    )
    assert list(by_vectors[0]) == list(by_ids[0])
    assert by_vectors[0] == pytest.approx(by_ids[0], rel=1e-5)


def test_nothing_of_the_vectors_is_taken_for_seen(signatures):
    vectors = vectors_of(signatures, "war-2", "sea-0")
    (found,) = lists(signatures["recommend_from_vectors"](history_vectors=vectors, exclude=tf.constant([[""]])))
    assert {"war-2", "sea-0"} < set(found)


@pytest.mark.parametrize("ids", [("", "sea-0", "war-1"), ("sea-0", "", "war-1"), ("sea-0", "war-1", "", "")])
def test_rows_of_zeros_are_passed_over_wherever_they_are(signatures, ids):
    recommend, exclude = signatures["recommend_from_vectors"], tf.constant([[""]])
    (plain,) = lists(recommend(history_vectors=vectors_of(signatures, "sea-0", "war-1"), exclude=exclude))
    (padded,) = lists(recommend(history_vectors=vectors_of(signatures, *ids), exclude=exclude))
    assert padded == pytest.approx(plain, rel=1e-5)


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_vectors_that_are_not_finite_are_passed_over_as_rows_of_zeros_are(signatures, number):
    recommend, exclude = signatures["recommend_from_vectors"], tf.constant([[""]])
    vectors = vectors_of(signatures, "sea-0", "", "war-1").numpy()
    (padded,) = lists(recommend(history_vectors=tf.constant(vectors), exclude=exclude))
    vectors[0, 1, 2] = number
    (found,) = lists(recommend(history_vectors=tf.constant(vectors), exclude=exclude))
    assert found == padded


def test_vectors_too_large_for_a_score_give_the_popular_items_and_leave_other_rows_alone():
    module = chain_model().serving_module()
    vectors = np.zeros((2, 2, module.dimension), np.float32)
    vectors[0, :, 0], vectors[1] = 1.0, 3e38
    (recommend,) = [each for each in item_feature_signatures(module) if each.name == RECOMMEND_FROM_VECTORS]
    answers = [
        recommend.function(history_vectors=tf.constant(rows), exclude=tf.constant([[""]] * len(rows)))
        for rows in (vectors, vectors[:1])
    ]
    both, alone = answers
    assert both["scores"].numpy()[1].tolist() == [6.0, 5.0, 4.0, 3.0, 2.0, 1.0]  # the counts
    np.testing.assert_array_equal(both["scores"][0], alone["scores"][0])


def test_only_the_last_max_length_vectors_are_read(signatures):
    ids = [f"sea-{item}" for item in range(SMALL["max_length"] + 3)]
    recommend, exclude = signatures["recommend_from_vectors"], tf.constant([[""]])
    (long,) = lists(recommend(history_vectors=vectors_of(signatures, *ids), exclude=exclude))
    (last,) = lists(recommend(history_vectors=vectors_of(signatures, *ids[3:]), exclude=exclude))
    assert long == pytest.approx(last, rel=1e-5)


@pytest.mark.parametrize("length", [0, 3])
def test_no_vectors_give_the_popular_items(signatures, length):
    nothing = tf.zeros([2, length, SMALL["dimension"] + 1])
    found = lists(signatures["recommend_from_vectors"](history_vectors=nothing, exclude=tf.constant([[""], ["sea-0"]])))
    (popular,) = lists(signatures["serving_default"](history=tf.constant([[""]])))
    assert found == [popular, {item: score for item, score in popular.items() if item != "sea-0"}]


def test_histories_of_known_and_new_items_in_python(model, version):
    recommender = load(version)
    histories = [["sea-0", "new-war-0", "nobody", "sea-1"], ["new-sea-1"], [], ["war-0"]]
    found = recommender.recommend_with_new_items(histories, NEW, k=22, exclude=[[], ["war-3"], [], []])

    raw = {name: tf.constant(values) for name, values in NEW.columns.items()}
    new = dict(zip(NEW.ids, model.item_tower.vectors_of(raw).numpy(), strict=True))
    items = model.item_vectors().numpy()
    for row in (0, 1):
        known = [item for item in histories[row] if item != "nobody"]
        indices = model.vocabulary.encode(known)
        vectors = [new.get(item, items[index]) for item, index in zip(known, indices, strict=True)]
        query = model.encode(tf.ones([1, len(known)], tf.int32), tf.constant([vectors])[..., :-1]).numpy()[0]
        expected = items[model.vocabulary.encode([item for item, _ in found[row]])] @ query
        np.testing.assert_allclose([score for _, score in found[row]], expected, rtol=1e-4, atol=1e-5)
    assert {"sea-0", "sea-1"}.isdisjoint(dict(found[0]))
    assert "war-3" not in dict(found[1])
    plain = recommender.recommend([[], ["war-0"]], k=22)
    assert found[2] == plain[0]
    assert dict(found[3]) == pytest.approx(dict(plain[1]), rel=1e-5)


def test_new_items_that_lack_a_feature_are_refused(version):
    with pytest.raises(InputError, match="lacks the features 'genres', 'cover'"):
        load(version).recommend_with_new_items([["sea-0"]], only(NEW, "the title", "year"))


def test_users_features_change_the_scores_as_in_the_model(model, version):
    users = Catalogue(
        np.array(["x", "y", "z"], object),
        dict(USERS.kinds),
        {"genres": np.array(["sea|film", "", "nobody"], object), "year": np.array([1960, np.nan, np.nan], np.float32)},
    )
    histories = [["sea-0", "war-1"]] * 3
    found = load(version).recommend_for_users(histories, users, k=22)
    raw = {name: tf.constant(values) for name, values in users.columns.items()}
    indices = tf.constant(model.vocabulary.encode(histories))
    embedded = tf.gather(model.tables().history, indices)
    queries = model.encode(indices, embedded, model.user_tower.vectors_of(raw)).numpy()
    for row, query in zip(found, queries, strict=True):
        expected = model.item_vectors().numpy()[model.vocabulary.encode([item for item, _ in row])] @ query
        np.testing.assert_allclose([score for _, score in row], expected, rtol=1e-4, atol=1e-5)
    # Nothing known of a user is what a history alone gets.
    assert dict(found[1]) == pytest.approx(dict(load(version).recommend(histories[:1], k=22)[0]), rel=1e-4)
    assert dict(found[0]) != pytest.approx(dict(found[1]), rel=1e-2)


def test_users_features_still_count_after_items_were_added(version, tmp_path):
    shutil.copytree(version, tmp_path / "1")
    add_items(tmp_path, NEW)
    before, after = load(tmp_path / "1"), load(tmp_path)
    assert after.user_features == before.user_features
    histories = [["sea-0", "war-1"]] * len(USERS)
    for old, new in zip(
        before.recommend_for_users(histories, USERS, k=22),
        after.recommend_for_users(histories, USERS, k=24),
        strict=True,
    ):
        scores = dict(new)
        assert {item: scores[item] for item, _ in old if item in scores} == pytest.approx(
            {item: score for item, score in old if item in scores}, rel=1e-5, abs=1e-6
        )
        assert set(scores) & set(NEW.ids)


def test_tables_are_read_as_the_exports_features(version, tmp_path):
    recommender = load(version)
    frame = pd.DataFrame(
        {"id": ["x"], "genres": ["1984"], "year": [""], "shoe size": [46]}
    )  # one row says nothing of kinds
    frame.to_csv(tmp_path / "users.csv", index=False)
    from_frame = recommender.recommend_for_users([["sea-0"]], frame, id_column="id")
    assert from_frame == recommender.recommend_for_users([["sea-0"]], frame.drop(columns="id"))  # which nothing reads
    with pytest.raises(InputError, match="the table is of type dict: give a frame, a path or a Catalogue"):
        recommender.recommend_for_users([["sea-0"]], {"mood": ["calm"]})
    assert from_frame == recommender.recommend_for_users([["sea-0"]], tmp_path / "users.csv", id_column="id")
    with pytest.raises(InputError, match="lacks the features 'the title', 'cover'"):
        recommender.recommend_with_new_items([["x"]], frame, id_column="id")


def test_users_of_another_number_than_histories_are_refused(version):
    with pytest.raises(InputError, match="users has 30 rows, but histories has 1"):
        load(version).recommend_for_users([["sea-0"]], USERS)


def test_no_row_of_the_tables_of_features_travels_with_the_export(version):
    content = (version / "saved_model.pb").read_bytes()
    assert b"user-" not in content
    shapes = [shape for _, shape in tf.train.list_variables(str(version / "variables" / "variables"))]
    assert all(31 not in shape for shape in shapes)  # rows of users, the empty one included


def test_model_of_ids_takes_no_features(chain_export):
    recommender = load(chain_export)
    assert recommender.item_features == recommender.user_features == ()
    with pytest.raises(InputError, match="takes no features of items"):
        recommender.recommend_with_new_items([["a"]], NEW)
    with pytest.raises(InputError, match="takes no features of users"):
        recommender.recommend_for_users([["a"]], USERS)
