from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from tests.ranking.serving.ranking import LENGTH, made
from tests.serving.any_request import answers_anything
from tests.serving.content import catalogue, content_model, only
from tests.serving.paths import EVERY_PATH
from tfrec_dl.baselines.markov_chain import MarkovChain
from tfrec_dl.data.histories import Histories
from tfrec_dl.errors import InputError
from tfrec_dl.lifecycle.batch import parts
from tfrec_dl.lifecycle.batch.recommend import batch_recommend
from tfrec_dl.lifecycle.load import load
from tfrec_dl.ranking.data.batches import RankingBatches
from tfrec_dl.ranking.data.columns import ImpressionColumns
from tfrec_dl.ranking.data.feedback import Feedback
from tfrec_dl.ranking.data.impressions import Impressions
from tfrec_dl.ranking.data.splits import ImpressionSplit, split_in_time
from tfrec_dl.ranking.predictor import Predictor
from tfrec_dl.ranking.rows import ranking_rows
from tfrec_dl.ranking.serving.module import RankingModule
from tfrec_dl.ranking.serving.ranker import load_ranker
from tfrec_dl.retrieval.serving.add_items import add_items
from tfrec_dl.serving.attributes.source import AttributeSource
from tfrec_dl.serving.index import LOWEST_SCORE
from tfrec_dl.serving.rules.rules import Rules
from tfrec_dl.serving.run_saved_model import run_in_session
from tfrec_dl.serving.verify import verify_signatures
from tfrec_dl.serving.warm_up import WARM_UP_FILE, read_warm_up
from tfrec_dl.stacking.blender import build_blender
from tfrec_dl.stacking.members import Members, RetrievalMember
from tfrec_dl.stacking.model import StackedModel
from tfrec_dl.two_stage.export import export_two_stage
from tfrec_dl.two_stage.module import TwoStageModule
from tfrec_dl.two_stage.rules import rule_names

CANDIDATES, K = 9, 5
COLUMNS = ImpressionColumns(
    lists=("list",),
    context={"device": "category", "price": "number", "retrieval_score": "number", "retrieval_rank": "number"},
)
USERS = ["u1", "u2", "nobody", "", "u0"]
HISTORIES = [
    ["sea-0", "war-1", "sea-3"],
    ["war-2"],
    ["not there", "sea-5", "not there", "war-0", "sea-4", "sea-1"],  # longer than the ranker reads
    [],
    ["not there"],
]
DEVICES = ["phone", "", "desk", "phone", "never met"]
ITEMS = only(catalogue(), "genres", "year")


def past(histories):
    """What the prices of the past items were, one of them missing, and how long ago that was."""
    prices = [[None if item == "war-1" else 10.0 + 7 * place for place, item in enumerate(row)] for row in histories]
    return {
        "history_price": prices,
        "history_age": [[100.0 * (len(row) - at) for at in range(len(row))] for row in histories],
    }


def log():
    generator = np.random.default_rng(0)
    rows = []
    for number in range(40):
        shown = generator.permutation(ITEMS.ids)[:4]
        head = {"user_id": f"u{number % 4}", "list": number, "timestamp": 100 * number}
        head["device"] = generator.choice(["phone", "desk"])
        for rank, item in enumerate(shown):
            price, score = generator.uniform(5, 60), 3.0 - rank + generator.normal()
            row = {"item_id": item, "price": price, "retrieval_score": score, "retrieval_rank": rank}
            rows.append({**head, **row, "click": int(rank == number % 4)})
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def ranker():
    return made(split_in_time(Impressions.from_frame(log(), Feedback(click="click"), COLUMNS)), items=ITEMS)


@pytest.fixture(scope="module")
def retrieval():
    return content_model(ITEMS)


@pytest.fixture(scope="module")
def module(retrieval, ranker):
    finder = retrieval.serving_module(12)
    finder.describe_items(AttributeSource(ITEMS))
    return TwoStageModule(finder, RankingModule(ranker), CANDIDATES, K)


@pytest.fixture(scope="module")
def version(retrieval, ranker, tmp_path_factory):
    dest, source = tmp_path_factory.mktemp("exports") / "films", AttributeSource(ITEMS)
    return export_two_stage(retrieval, ranker, dest, CANDIDATES, K, k_max=12, attributes=source)


@pytest.fixture(scope="module")
def recommender(version):
    return load(version)


def ranked_in_python(model, retrieved):
    """Each retrieved list as impressions of a table, whose earlier ones are the histories."""
    rows = []
    for user, history, device, items in zip(USERS, HISTORIES, DEVICES, retrieved, strict=True):
        prices = past([history])["history_price"][0]
        now, user = 10_000, user or "somebody"
        for place, item in enumerate(history):
            head = {"user_id": user, "list": f"{user} {place}", "timestamp": now - 100 * (len(history) - place)}
            rows.append({**head, "item_id": item, "device": "", "price": prices[place], "click": 1})
        head = {"user_id": user, "list": f"{user} now", "timestamp": now, "device": device, "click": 0}
        for rank, (item, score) in enumerate(items):
            rows.append({**head, "item_id": item, "retrieval_score": score, "retrieval_rank": rank})
    table = Impressions.from_frame(pd.DataFrame(rows), Feedback(click="click"), COLUMNS)
    asked = np.flatnonzero(table.labels["click"] == 0)
    nothing = np.empty(0, np.int64)
    batches = RankingBatches(
        ranking_rows(model.fitted_state, ImpressionSplit(table, nothing, nothing, asked, True)), asked, 99
    )
    found = Predictor(model)(batches.in_order())
    frame = pd.DataFrame({"list": table.lists[found["row"]], "score": found["click"]})
    frame["item_id"] = table.item_ids[table.items[found["row"]]]
    lists = frame.sort_values("score", ascending=False, kind="stable").groupby("list", sort=True)
    return [list(zip(rows["item_id"], rows["score"], strict=True))[:K] for _, rows in lists]


@pytest.mark.process
def test_every_signature_answers_as_its_python_function(module, version):
    assert max(verify_signatures(module, version, EVERY_PATH).values()) <= 1e-5


def test_every_signature_answers_any_request(module, recommender):
    answers_anything(module.signatures(), recommender._signatures, ITEMS.ids)


@pytest.mark.parametrize("exclude", [None, [["sea-1"], [], ["war-0", "sea-7"], ["sea-0"], []]])
def test_recommendations_are_the_retrieved_list_ranked_in_python(ranker, recommender, exclude):
    retrieved = recommender.recommend(HISTORIES, CANDIDATES, exclude)
    expected = ranked_in_python(ranker, retrieved)
    found = recommender.recommend_ranked(USERS, HISTORIES, None, {"device": DEVICES}, past(HISTORIES), exclude)
    for wanted, given, before in zip(expected, found, retrieved, strict=True):
        assert [item for item, _ in given] == [item for item, _ in wanted]
        assert [score for _, score in given] == pytest.approx([score for _, score in wanted], abs=1e-5)
        assert [item for item, _ in given] != [item for item, _ in before[:K]]


def ranked_by_rules(recommender, rules, k=None, exclude=None):
    return recommender.recommend_ranked(USERS, HISTORIES, k, {"device": DEVICES}, past(HISTORIES), exclude, rules)


def test_without_a_rule_the_list_is_the_ranked_one(recommender):
    plain = recommender.recommend_ranked(USERS, HISTORIES, None, {"device": DEVICES}, past(HISTORIES))
    found = ranked_by_rules(recommender, Rules())
    assert [[item for item, _ in row] for row in found] == [[item for item, _ in row] for row in plain]
    assert [score for row in found for _, score in row] == pytest.approx([score for row in plain for _, score in row])
    assert [row.recommendation_id for row in found] == [row.recommendation_id for row in plain]


@pytest.mark.parametrize(
    "rules",
    [
        Rules(must=["genres=sea"]),
        Rules(must_not=["genres=sea"], keep_seen=True),
        Rules(only=["sea-1", "war-3", "sea-6", "nobody"]),
        Rules(boost={"genres=war": 2.0}, must=["genres=war"]),
    ],
)
def test_rules_say_which_items_are_candidates(ranker, recommender, rules):
    exclude = [["war-3"], [], [], ["sea-6"], []]
    retrieved = recommender.recommend(HISTORIES, CANDIDATES, exclude, replace(rules, boost={}))
    expected = ranked_in_python(ranker, retrieved)
    found = ranked_by_rules(recommender, rules, None, exclude)
    assert [[item for item, _ in row] for row in found] == [[item for item, _ in row] for row in expected]
    assert any(found)


def test_rules_of_the_list_are_of_the_rankers_scores(recommender):
    plain = ranked_by_rules(recommender, Rules())
    lowest = plain[0][2][1]
    (first, *_) = ranked_by_rules(recommender, Rules(min_score=lowest))
    assert first == plain[0][:3]
    (first, *_) = ranked_by_rules(recommender, Rules(at_most={"genres": 1}))
    assert first == plain[0][:1]  # all are films
    for row in ranked_by_rules(recommender, Rules(pin={"war-4": 2}), 3):
        assert len(row) == 3
        assert row[1][0] == "war-4"


def test_boosts_are_in_deviations_of_the_candidates_scores(recommender):
    everything = Rules(only=list(ITEMS.ids[:CANDIDATES]), keep_seen=True)
    rows = ranked_by_rules(recommender, everything)
    boosted = ranked_by_rules(recommender, replace(everything, boost={"genres!=nothing": 3.0}))
    for row, more in zip(rows, boosted, strict=True):
        assert [item for item, _ in more] == [item for item, _ in row]
        added = np.array([score for _, score in more]) - [score for _, score in row]
        np.testing.assert_allclose(added, added[0], atol=1e-5)
        assert added[0] > 0


def test_rules_that_cannot_be_followed_are_refused(recommender):
    with pytest.raises(InputError, match="pin sea-1@4 is at a place that the list does not have"):
        ranked_by_rules(recommender, Rules(pin={"sea-1": 4}), 3)
    with pytest.raises(InputError, match="colour=red does not name an attribute of this export"):
        ranked_by_rules(recommender, Rules(must=["colour=red"]))


def test_a_feature_of_the_context_keeps_the_name_that_a_rule_has_too():
    names = rule_names(("history", "exclude", "k", "k_"))
    assert (names["k"], names["exclude"], names["only"]) == ("k__", "exclude", "only")


def test_new_users_get_popular_items_ranked(recommender):
    (retrieved,) = recommender.recommend([[]], CANDIDATES)
    (found,) = recommender.recommend_ranked([""], [[]], context={"device": ["phone"]})
    assert {item for item, _ in found} < {item for item, _ in retrieved}


def test_what_is_seen_or_excluded_is_not_recommended_and_k_cuts_the_list(recommender):
    exclude = [list(ITEMS.ids[4:])]
    context, seen = {"device": ["phone"]}, [["sea-0", "war-0"]]
    (found,) = recommender.recommend_ranked(["u1"], seen, context=context, past=past(seen), exclude=exclude)
    assert {item for item, _ in found} == {"sea-1", "war-1"}
    (first,) = recommender.recommend_ranked(["u1"], seen, 1, context, past(seen), exclude)
    assert first == found[:1]


def test_places_without_an_item_hold_the_lowest_score(version):
    inputs = {
        "user_id": [""],
        "history": [["sea-0"]],
        "exclude": [list(ITEMS.ids[2:])],
        "device": [""],
        "history_price": [[5.0]],
        "history_age": [[1.0]],
    }
    arrays = {
        name: np.array(value, np.float32 if "_p" in name or "_a" in name else object) for name, value in inputs.items()
    }
    (outputs,) = run_in_session(version, [("recommend_ranked", arrays)])
    assert outputs["item_ids"][0].tolist() == [b"war-0", b"", b"", b"", b""]
    assert outputs["scores"][0, 1:] == pytest.approx([LOWEST_SCORE] * 4)


def test_both_stages_stay_available_by_themselves(version):
    signatures = tf.saved_model.load(str(version)).signatures
    assert {"serving_default", "recommend_excluding", "embed_item_features", "rank", "recommend_ranked"} <= set(
        signatures
    )
    assert signatures["serving_default"].structured_outputs["scores"].shape[1] == 12
    assert set(signatures["recommend_ranked"].structured_input_signature[1]) == {
        *("user_id", "history", "exclude", "device", "history_price", "history_age")
    }
    # What the retrieval says of past items nobody knows; `rank` takes it all the same.
    assert "history_retrieval_score" in signatures["rank"].structured_input_signature[1]


def test_the_ranking_stage_is_loaded_as_a_ranker(version):
    context = {"device": ["phone"], "price": [[9.0, None]], "retrieval_score": [[1.0, 2.0]], "retrieval_rank": [[0, 1]]}
    (found,) = load_ranker(version.parent).rank(["u1"], [[]], [["sea-0", "unknown"]], context)
    assert {item for item, _ in found} == {"sea-0", "unknown"}


def test_warm_up_requests_of_every_signature_run_in_a_session(version):
    requests = read_warm_up(version / WARM_UP_FILE)
    calls = [
        (each.model_spec.signature_name, {key: tf.make_ndarray(value) for key, value in each.inputs.items()})
        for each in requests
        if each.model_spec.signature_name in ("rank", "recommend_ranked")
    ]
    assert {name for name, _ in calls} == {"rank", "recommend_ranked"}
    assert max(inputs["history"].shape[1] for _, inputs in calls) >= LENGTH
    for outputs in run_in_session(version, calls):
        assert np.isfinite(outputs["scores"]).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((["u"], [["sea-0"]], 5, {}, {"history_age": [[1]]}), "past lacks 'history_price'"),
        ((["u"], [[]]), "context lacks 'device'"),
        ((["u"], [[]], 6, {"device": ["phone"]}), "k is 6, but this export gives 1 to 5"),
        ((["u"], [[]], 5, {"device": ["phone"], "price": [1.0]}), "context has 'price'"),
        ((["u", "v"], [[]], 5, {"device": ["phone"]}), "user_ids has 2 ids, but histories has 1 rows"),
        ((["u"], [[]], 5, {"device": "phone"}), "a list of 1 values"),
    ],
)
def test_mistakes_are_named(recommender, arguments, message):
    with pytest.raises(InputError, match=message):
        recommender.recommend_ranked(*arguments)


def test_new_items_are_refused_for_the_ranker_would_get_lost(version):
    with pytest.raises(InputError, match="ranking stage"):
        add_items(version.parent, pd.DataFrame({"item_id": ["new"], "genres": ["sea"], "year": [1999]}))


@pytest.mark.parametrize("name", ["candidates", "k"])
def test_numbers_below_one_are_refused(ranker, tmp_path, name):
    with pytest.raises(InputError, match=f"{name} is 0"):
        export_two_stage(None, ranker, tmp_path, **{name: 0})


def test_more_than_is_ranked_cannot_be_given(ranker, tmp_path):
    with pytest.raises(InputError, match="k is 8, but only 5 candidates are ranked"):
        export_two_stage(None, ranker, tmp_path, candidates=5, k=8)


def test_a_network_with_counts_finds_candidates_too(retrieval, ranker):
    walk = np.random.default_rng(0).integers(2, retrieval.vocabulary.size, 200).astype(np.int32)
    histories = Histories(walk, np.arange(0, 201, 20, dtype=np.int64), np.arange(10).astype(str).astype(object))
    chain = MarkovChain.of_decay(histories, retrieval.vocabulary, 0.5)
    members = {"network": RetrievalMember(retrieval), "transitions": chain.graph()}
    stack = StackedModel(Members(members, retrieval.vocabulary), build_blender(2))
    both = TwoStageModule(stack.serving_module(12), RankingModule(ranker), CANDIDATES, K)
    asked = next(signature for signature in both.signatures() if signature.name == "recommend_ranked").example(2, 3)
    found = both.recommend_ranked({name: tf.constant(value) for name, value in asked.items()})["item_ids"].numpy()
    assert found.shape[1] == K
    assert all(len(set(row)) == K for row in found)


def test_everybody_at_once_gets_ranked_lists(recommender, version, tmp_path, monkeypatch):
    rows = [(user, item) for user, history in zip(USERS, HISTORIES, strict=True) if user for item in history]
    pd.DataFrame(rows, columns=["user_id", "item_id"]).to_csv(tmp_path / "log.csv", index=False)
    monkeypatch.setattr(parts, "load", lambda folder: recommender)
    settings = {"k": 3, "layout": "lists", "context": {"device": "phone"}, "exclude": ["sea-7"]}
    rules = Rules(keep_seen=True, pin={"war-3": 2})
    out = batch_recommend(version, tmp_path / "log.csv", tmp_path / "out.parquet", rules=rules, **settings)
    found = pd.read_parquet(out).set_index("user_id")
    known = [(user, row) for user, row in zip(USERS, HISTORIES, strict=True) if user and row]
    users, histories = map(list, zip(*known, strict=True))
    context = {"device": ["phone"] * len(users)}
    ranked = recommender.recommend_ranked(users, histories, 3, context, exclude=[["sea-7"]] * len(users), rules=rules)
    assert {row[1][0] for row in ranked} == {"war-3"}
    assert {user: list(found["item_ids"][user]) for user in users} == {
        user: [item for item, _ in row] for user, row in zip(users, ranked, strict=True)
    }
    with pytest.raises(InputError, match="context has 'price', which is not asked for here"):
        batch_recommend(version, tmp_path / "log.csv", tmp_path / "priced.csv", 3, context={"price": 3})
