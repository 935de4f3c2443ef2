"""The exported signatures, called as TF Serving's clients see them."""

import numpy as np
import pytest
import tensorflow as tf

from tests.serving.any_request import answers_anything
from tests.serving.stand_in import ITEMS, chain_model, random_model
from tfrec_dl.errors import InputError
from tfrec_dl.serving.index import LOWEST_SCORE
from tfrec_dl.serving.rules.inputs import RuleTensors
from tfrec_dl.serving.signature import concrete_functions

LAST = ITEMS[-1]


def functions(model, k_max=100):
    return concrete_functions(model.serving_module(k_max).signatures())


@pytest.fixture(scope="module")
def signatures(version):
    loaded = tf.saved_model.load(str(version))
    yield loaded.signatures
    del loaded


def recommend(signatures, history, exclude=None):
    """Pairs (id, score) of each row, empty places included."""
    history = tf.constant(history, tf.string)
    if exclude is None:
        outputs = signatures["serving_default"](history=history)
    else:
        outputs = signatures["recommend_excluding"](history=history, exclude=tf.constant(exclude, tf.string))
    rows = zip(outputs["item_ids"].numpy(), outputs["scores"].numpy(), strict=True)
    return [[(item.decode(), round(float(score), 4)) for item, score in zip(*row, strict=True)] for row in rows]


EMPTY = ("", round(LOWEST_SCORE, 4))
AFTER_A_B = [("c", 12.9), ("d", 5.3), ("e", 0.2), (LAST, 0.1), EMPTY, EMPTY]
POPULAR = [("a", 6.0), ("b", 5.0), ("c", 4.0), ("d", 3.0), ("e", 2.0), (LAST, 1.0)]


def test_every_signature_answers_any_request(model, signatures):
    answers_anything(model.serving_module().signatures(), signatures, ITEMS)


def test_scores_of_a_history_by_hand(signatures):
    assert recommend(signatures, [["a", "b"]]) == [AFTER_A_B]


@pytest.mark.parametrize(
    "history",
    [
        ["a", "b", "", ""],
        ["", "", "a", "b"],
        ["", "a", "", "b"],
        ["a", "nobody", "b"],
        ["nobody", "a", "b", "ヌル", ""],
    ],
)
def test_padding_anywhere_and_unknown_ids_change_nothing(signatures, history):
    assert recommend(signatures, [history]) == [AFTER_A_B]


def test_order_of_the_history_counts(signatures):
    assert recommend(signatures, [["b", "a"]])[0][:2] == [("c", 10.4), ("d", 2.8)]  # 5 + 10/2 + 0.4; 5/2 + 0.3


def test_ids_of_any_script_with_commas_quotes_and_newlines(signatures):
    # After the last item the chain goes on with a (10 + 0.6) and b (5 + 0.5).
    assert recommend(signatures, [[LAST]])[0][:2] == [("a", 10.6), ("b", 5.5)]


@pytest.mark.parametrize("history", [[""], ["", "", ""], ["nobody", "", "nothing"]])
def test_history_without_known_items_gets_the_popular_items_and_their_counts(signatures, history):
    assert recommend(signatures, [history]) == [POPULAR]


def test_history_of_no_columns_gets_the_popular_items(signatures):
    assert recommend(signatures, np.zeros((2, 0), object)) == [POPULAR, POPULAR]


def test_batch_of_no_rows_gives_no_rows(signatures):
    assert recommend(signatures, np.zeros((0, 3), object)) == []


def test_rows_of_a_batch_do_not_touch_each_other(signatures):
    histories = [["a", "b", ""], ["", "", ""], ["", "b", "a"], ["", "", LAST]]
    alone = [recommend(signatures, [history])[0] for history in histories]
    assert recommend(signatures, histories) == alone


def test_only_the_last_max_length_known_items_are_read_but_all_are_masked():
    model = random_model(40, 5, tied=False, max_length=4)
    ids = list(model.vocabulary.ids)
    recommend_after = functions(model, k_max=40)["serving_default"]

    def ranked(history):
        items = recommend_after(history=tf.constant([history]))["item_ids"].numpy()[0]
        return [item.decode() for item in items if item]

    long = [*ids[10:30], "nobody", ids[31]]
    # What the encoder reads is ids[27:30] and ids[31]; what it read before them is hidden all the same.
    assert ranked(long) == [item for item in ranked([*ids[27:30], ids[31]]) if item not in long]
    assert len(ranked(long)) == 40 - 21


def test_excluded_items_are_masked_before_the_best_are_taken(signatures):
    assert recommend(signatures, [["a", "b"]], [["c", "nobody", ""]])[0][:2] == [("d", 5.3), ("e", 0.2)]


def test_exclusion_is_by_row_and_applies_to_new_users(signatures):
    found = recommend(signatures, [["a", "b"], ["", ""]], [["d", "e"], ["a", ""]])
    assert [item for item, _ in found[0]] == ["c", LAST, "", "", "", ""]
    assert [item for item, _ in found[1]] == ["b", "c", "d", "e", LAST, ""]


def test_everything_excluded_leaves_empty_places_with_a_finite_score(signatures):
    assert recommend(signatures, [["a"]], [list(ITEMS)]) == [[EMPTY] * 6]


def test_exclude_may_have_no_columns(signatures):
    assert recommend(signatures, [["a", "b"]], np.zeros((1, 0), object)) == [AFTER_A_B]


def test_embed_history_is_the_query_that_the_item_vectors_score(signatures):
    vector = signatures["embed_history"](history=tf.constant([["", "a", "b"]]))["vector"].numpy()
    items = signatures["embed_items"](item_ids=tf.constant(["c", "nobody", "", "d"]))["vectors"].numpy()
    np.testing.assert_allclose(vector @ items.T, [[12.9, 0, 0, 5.3]], rtol=1e-6)


def test_signatures_declare_names_types_and_shapes(signatures):
    shapes = {
        name: {key: (spec.dtype.name, spec.shape.as_list()) for key, spec in function.structured_outputs.items()}
        for name, function in signatures.items()
    }
    lists = {
        "item_ids": ("string", [None, 6]),
        "scores": ("float32", [None, 6]),
        "recommendation_id": ("string", [None]),
    }
    assert shapes == {
        "serving_default": lists,
        "recommend_excluding": lists,
        "similar_items": lists,
        "similar_items_with_rules": lists,
        "explain": {
            "scores": ("float32", [None, None]),
            "contributions": ("float32", [None, None, None]),
            "in_common": ("string", [None, None, 5]),
            "in_common_contributions": ("float32", [None, None, 5]),
        },
        "recommend_with_rules": lists,
        "embed_history": {"vector": ("float32", [None, 7])},
        "embed_items": {"vectors": ("float32", [None, 7])},
    }
    inputs = {name: set(function.structured_input_signature[1]) for name, function in signatures.items()}
    assert inputs == {
        "serving_default": {"history"},
        "recommend_excluding": {"history", "exclude"},
        "similar_items": {"item_ids"},
        "similar_items_with_rules": {"item_ids", *RuleTensors._fields} - {"keep_seen"},
        "explain": {"history", "item_ids"},
        "recommend_with_rules": {"history", *RuleTensors._fields},
        "embed_history": {"history"},
        "embed_items": {"item_ids"},
    }


def test_k_max_cuts_the_lists():
    outputs = functions(chain_model(), k_max=2)["serving_default"](history=tf.constant([["a", "b"]]))
    assert outputs["item_ids"].numpy().tolist() == [[b"c", b"d"]]


def test_one_item_catalogue():
    outputs = functions(chain_model(["only"]))["serving_default"](history=tf.constant([["only"], [""]]))
    assert outputs["item_ids"].numpy().tolist() == [[b""], [b"only"]]


def test_id_of_ten_thousand_characters():
    long = "é" * 10_000
    outputs = functions(chain_model(["a", long]))["serving_default"](history=tf.constant([["a"]]))
    assert outputs["item_ids"].numpy()[0, 0].decode() == long


def test_k_max_below_one_is_refused():
    with pytest.raises(InputError, match="k_max is 0"):
        chain_model().serving_module(k_max=0)


def test_empty_string_as_an_item_id_is_refused():
    with pytest.raises(InputError, match="empty string"):
        chain_model(["a", ""]).serving_module()


@pytest.mark.parametrize("table", ["items", "follows"])
def test_diverged_model_is_refused(table):
    model = chain_model()
    weights = getattr(model, table)
    weights.assign(tf.fill(weights.shape, np.inf))
    with pytest.raises(InputError, match="diverged"):
        model.serving_module()


def test_seen_items_that_are_kept_compete_and_what_is_excluded_does_not():
    module = chain_model().serving_module(keep_seen=True)
    own = concrete_functions(module.signatures())
    kept = [("c", 12.9), ("d", 5.3), ("a", 0.6), ("b", 5.5)]
    best = sorted([*kept, ("e", 0.2), (LAST, 0.1)], key=lambda pair: -pair[1])
    assert recommend(own, [["a", "b"]]) == [best]
    assert recommend(own, [["a", "b"]], [["b", "c"]]) == [
        [*(pair for pair in best if pair[0] not in ("b", "c")), EMPTY, EMPTY]
    ]
    assert module.facts()["items of the history"] == "are recommended again"
    assert "those in it among them" in module.signatures()[0].description
    assert '"keep_seen": true' in module.network.describe().numpy().decode()


def test_vectors_say_how_alike_items_are_without_the_bias():
    vectors = chain_model().serving_module().item_vectors(tf.constant([[2, 3, 0], [3, 1, 2]])).numpy()
    a, b, nothing = np.eye(6)[0], np.eye(6)[1], np.zeros(6)
    np.testing.assert_array_equal(vectors, [[a, b, nothing], [b, nothing, a]])
