import json

import numpy as np
import pytest
import tensorflow as tf

from tests.ranking.serving.ranking import (
    LENGTH,
    ORDERS,
    clicks_alone,
    features,
    log,
    made,
    ratings_at_random,
    trained_run,
)
from tests.serving.any_request import answers_anything
from tests.serving.paths import EVERY_PATH
from tfrec_dl.errors import InputError
from tfrec_dl.ranking.card import ranking_run_card
from tfrec_dl.ranking.data.columns import ImpressionColumns
from tfrec_dl.ranking.data.impressions import Impressions
from tfrec_dl.ranking.data.splits import split_in_time
from tfrec_dl.ranking.serving.export import export_ranking_model
from tfrec_dl.ranking.serving.module import RankingModule
from tfrec_dl.ranking.serving.verify import verify_ranking_export
from tfrec_dl.serving.index import LOWEST_SCORE
from tfrec_dl.serving.run_saved_model import VerificationError, run_eagerly, run_in_session
from tfrec_dl.serving.verify import verify_signatures
from tfrec_dl.serving.warm_up import WARM_UP_FILE, read_warm_up

EAGERLY = {"tf.saved_model.load": run_eagerly}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return trained_run(tmp_path_factory.mktemp("ranking"))


@pytest.fixture(scope="module")
def module(run):
    return RankingModule(run.model())


@pytest.fixture(scope="module")
def version(run, tmp_path_factory):
    return export_ranking_model(run.model(), tmp_path_factory.mktemp("exports") / "ranker", ranking_run_card(run))


@pytest.fixture(scope="module")
def signatures(version):
    return tf.saved_model.load(str(version)).signatures


@pytest.fixture(scope="module")
def rank(signatures):
    return signatures["rank"]


def request(rows, length, candidates):
    """Requests with values of all kinds."""
    generator = np.random.default_rng(0)
    ids = np.array([f"i{item}" for item in range(12)], dtype=object)
    past, shown = (rows, length), (rows, candidates)
    return {
        "user_id": np.array([f"u{row}" for row in range(rows)], dtype=object),
        "history": generator.choice(ids, past),
        "item_ids": generator.choice(ids, shown),
        "device": np.array(["phone"] * rows, dtype=object),
        "price_of_the_night": generator.uniform(20, 200, shown).astype(np.float32),
        "badge": np.full(shown, "sale|new", dtype=object),
        "history_price_of_the_night": generator.uniform(20, 200, past).astype(np.float32),
        "history_age": generator.uniform(0, 9_000, past).astype(np.float32),
        "history_conversion": generator.integers(0, 2, past).astype(np.float32),
    }


def ranked(rank, inputs):
    return {name: values.numpy() for name, values in rank(**{k: tf.constant(v) for k, v in inputs.items()}).items()}


def test_an_export_ranks_a_table_as_the_trained_model_does_on_all_three_paths(run, module, version, rank):
    split = run.split()
    found = verify_ranking_export(run.model(), version, split, np.concatenate([split.validation, split.test]))
    assert set(found) == {"tf.saved_model.load", "tf.compat.v1.Session", "saved_model_cli run"}
    assert max(found.values()) <= 1e-5
    assert max(verify_signatures(module, version, EVERY_PATH).values()) <= 1e-5
    assert np.ptp(ranked(rank, request(8, 3, 6))["click"]) > 0.1
    # So that this says something: lists of different lengths, histories too long, an unknown item met before, gaps.
    table = split.impressions
    assert len(set(np.bincount(table.lists[split.test]))) > 2
    assert np.bincount(table.users[table.labels["click"] == 1]).max() > LENGTH
    assert "later" not in run.model().fitted_state.items.ids
    later = split.test[table.item_ids[table.items[split.test]] == "later"]
    assert len(set(table.users[later])) < len(later)
    assert np.isnan(table.context.columns["price of the night"][split.test]).any()


def test_every_signature_answers_any_request(module, rank):
    answers_anything([module.rank_signature()], {"rank": rank})


def test_a_place_in_the_list_is_no_input(rank):
    assert not {"place", "position"} & set(rank.structured_input_signature[1])


def test_what_is_the_same_in_every_list_is_asked_once_a_request(rank):
    inputs = rank.structured_input_signature[1]
    assert {name for name, spec in inputs.items() if spec.shape.rank == 1} == {"user_id", "device"}
    assert set(inputs) == set(request(1, 1, 1))


def test_rank_is_the_default_signature(signatures):
    assert set(signatures) == {"rank", "serving_default"}
    found = [ranked(signatures[name], request(2, 3, 4)) for name in signatures]
    for name, values in found[0].items():
        np.testing.assert_array_equal(values, found[1][name])


def test_candidates_come_best_first_by_click_and_conversion_with_every_prediction(rank):
    found = ranked(rank, request(3, 2, 5))
    assert (np.diff(found["scores"]) <= 0).all()
    np.testing.assert_array_equal(found["scores"], found["click_and_conversion"])
    np.testing.assert_allclose(found["click"] * found["conversion"], found["scores"], rtol=1e-5)
    assert {values.shape for values in found.values()} == {(3, 5)}


def test_padding_anywhere_changes_nothing_and_comes_last(rank):
    inputs = request(2, 3, 4)
    plain = ranked(rank, inputs)
    spread = {}
    for name, values in inputs.items():
        if values.ndim == 1:
            spread[name] = values
            continue
        wide = np.full((2, 2 * values.shape[1]), "" if values.dtype == object else np.nan, dtype=values.dtype)
        wide[0, 1::2], wide[1, : values.shape[1]] = values[0], values[1]
        spread[name] = wide
    found = ranked(rank, spread)
    for name, values in plain.items():
        kept = found[name][:, :4]
        (np.testing.assert_array_equal if name == "item_ids" else np.testing.assert_allclose)(kept, values)
    assert (found["item_ids"][:, 4:] == b"").all()
    assert (found["scores"][:, 4:] == LOWEST_SCORE).all()
    assert (found["click"][:, 4:] == 0).all()


def test_requests_do_not_know_of_each_other_even_one_without_candidates(rank):
    inputs = request(3, 2, 4)
    inputs["item_ids"][1] = ""
    together = ranked(rank, inputs)
    assert (together["item_ids"][1] == b"").all()
    for row in (0, 2):
        alone = ranked(rank, {name: values[row : row + 1] for name, values in inputs.items()})
        np.testing.assert_allclose(together["scores"][row : row + 1], alone["scores"], rtol=1e-5)


def test_a_request_without_any_candidate_or_without_rows_is_answered(rank):
    inputs = request(2, 3, 4)
    inputs["item_ids"][:] = ""
    assert (ranked(rank, inputs)["scores"] == LOWEST_SCORE).all()
    assert ranked(rank, request(0, 0, 0))["item_ids"].shape == (0, 0)
    assert ranked(rank, request(2, 0, 1))["item_ids"].shape == (2, 1)


def test_a_user_nobody_knows_is_ranked_as_the_empty_id(rank):
    inputs = request(1, 2, 4)
    scores = [ranked(rank, {**inputs, "user_id": np.array([user], object)})["scores"] for user in ("", "nobody", "u1")]
    np.testing.assert_array_equal(scores[0], scores[1])
    assert not np.array_equal(scores[0], scores[2])


def test_every_input_counts(rank):
    inputs = request(2, 3, 5)
    inputs["item_ids"][:, 0] = inputs["history"][:, 0]  # so that how long ago it was met counts
    scores = np.sort(ranked(rank, inputs)["click"])
    for name, values in inputs.items():
        other = (
            np.roll(np.array([f"i{item}" for item in range(values.size)], object).reshape(values.shape), 1)
            if values.dtype == object
            else (values + 1) / 3
        )
        if name == "history_conversion":
            other = 1 - values
        changed = np.sort(ranked(rank, {**inputs, name: other})["click"])
        assert np.abs(changed - scores).max() > 1e-5, name


def test_warm_up_requests_of_several_sizes_run_in_a_session(version):
    requests = read_warm_up(version / WARM_UP_FILE)
    calls = [
        (each.model_spec.signature_name, {key: tf.make_ndarray(value) for key, value in each.inputs.items()})
        for each in requests
    ]
    sizes = {inputs["item_ids"].shape for name, inputs in calls if name == "rank"}
    assert sizes == {(rows, width) for rows in (1, 8) for width in (1, LENGTH)}
    for outputs in run_in_session(version, calls):
        assert np.isfinite(outputs["scores"]).all()
        assert (outputs["item_ids"] != b"").all()


def test_the_card_says_what_the_run_measured_and_what_a_request_holds(run, version):
    card = json.loads((version / "assets.extra" / "model_card.json").read_text())
    assert card["metrics"]["test/auc"] == pytest.approx(run.metrics()["test/auc"])
    assert "60 lists" in card["data"]
    assert "click and conversion" in card["data"]
    assert "log.csv" in card["data"]
    assert {(each["feature"], each["input"]) for each in card["features"]} == {
        ("device", "device"),
        ("price of the night", "price_of_the_night"),
        ("badge", "badge"),
    }
    assert card["limits"][0].startswith("Knows items and users")
    assert (version.parent / "models.config").exists()


def with_features():
    frame = log()[["user_id", "item_id", "list", "place", "click", "order"]]
    columns = ImpressionColumns(lists=("list",), position="place")
    split = split_in_time(Impressions.from_frame(frame, ORDERS, columns))
    ids = [f"i{item}" for item in range(10)] + ["only in the catalogue"]
    return split, made(split, items=features(ids), users=features(["u0", "u1", "u2", "u3"]))


CASES = {
    "ratings": lambda: (split := ratings_at_random(), made(split, "wide_and_deep")),
    "clicks": lambda: (split := clicks_alone(), made(split, "deep_fm")),
    "features of items and users": with_features,
}


@pytest.mark.parametrize("case", CASES)
def test_models_of_other_tables_agree_too(case, tmp_path):
    split, model = CASES[case]()
    version = export_ranking_model(model, tmp_path / "ranker")
    part = np.concatenate([split.validation, split.test])
    # The other paths take their time, and one test runs them.
    verify_ranking_export(model, version, split, part, EAGERLY)


def test_without_users_everyone_is_ranked_as_the_empty_id():
    _, model = with_features()
    inputs = {"history": [["i1", "i3"]], "item_ids": [["i4", "i2", "i1"]]}
    rank = {name: tf.constant(values) for name, values in inputs.items()} | {"history_conversion": tf.zeros([1, 2])}
    known, anonymous = (each.serving_module() for each in (model, model.without_users()))
    found = anonymous.rank({**rank, "user_id": tf.constant(["u0"])})["scores"]
    np.testing.assert_array_equal(found, known.rank({**rank, "user_id": tf.constant([""])})["scores"])
    assert (found != known.rank({**rank, "user_id": tf.constant(["u0"])})["scores"]).numpy().any()
    assert anonymous.facts()["personal data"].startswith("none")


def test_a_model_that_was_trained_on_since_the_export_is_noticed(tmp_path):
    split = clicks_alone()
    model = made(split, "deep_fm")
    version = export_ranking_model(model, tmp_path / "ranker")
    variable = model.network.trainable_variables[0]
    variable.assign_add(tf.ones_like(variable))
    with pytest.raises(VerificationError, match="differs"):
        verify_ranking_export(model, version, split, split.test, EAGERLY)


def test_a_diverged_model_is_refused_before_a_folder_is_made(tmp_path):
    model = made(clicks_alone(), "deep_fm")
    model.network.trainable_variables[0].assign_add(tf.fill(model.network.trainable_variables[0].shape, np.nan))
    with pytest.raises(InputError, match="NaN"):
        export_ranking_model(model, tmp_path / "ranker")
    assert not (tmp_path / "ranker").exists()
