"""`recommend_with_rules` against plain NumPy: every rule alone and thousands of combinations, ids, scores and order."""

import numpy as np
import pytest
import tensorflow as tf

from tests.serving.paths import needs_compiler, run_in_c
from tests.serving.rules.cases import RULES, arrays_of, random_case
from tests.serving.rules.reference import recommended
from tests.serving.rules.world import IDS, K_MAX, ExactModule
from tfrec_dl.serving.names import RECOMMEND_WITH_RULES, SIMILAR_ITEMS_WITH_RULES
from tfrec_dl.serving.publishing import publish_module
from tfrec_dl.serving.refusals import refusal_of
from tfrec_dl.serving.rules import by_rules, one_by_one, shortlist
from tfrec_dl.serving.run_saved_model import run_in_session

POOL = 8  # so that a list takes several
SHORTLIST = 18  # so that some lists are found among the best, and some are not


@pytest.fixture(scope="module")
def version(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(one_by_one, "POOL", POOL)
        patch.setattr(shortlist, "COUNT", SHORTLIST)
        patch.setattr(by_rules, "LARGE", 0)  # as if there were many items
        module = ExactModule()
        signatures = [
            each for each in module.signatures() if each.name in (RECOMMEND_WITH_RULES, SIMILAR_ITEMS_WITH_RULES)
        ]
        module.signatures = lambda: signatures
        return publish_module(module, tmp_path_factory.mktemp("exports") / "exact")


@pytest.fixture(scope="module")
def loaded(version):
    return tf.saved_model.load(str(version))


@pytest.fixture(scope="module")
def function(loaded):
    return loaded.signatures[RECOMMEND_WITH_RULES]


@pytest.fixture(scope="module")
def ask(function):
    """Arrays of cases -> lists of pairs (id, score), through a loaded SavedModel."""
    _, specs = function.structured_input_signature

    def answers(arrays):
        return listed(function(**{name: tf.constant(values, specs[name].dtype) for name, values in arrays.items()}))

    return answers


def listed(outputs):
    rows = zip(np.asarray(outputs["item_ids"]), np.asarray(outputs["scores"]), strict=True)
    return [[(item.decode(), float(score)) for item, score in zip(*row, strict=True) if item] for row in rows]


def compare(cases, found):
    for case, given in zip(cases, found, strict=True):
        assert given == recommended(case, K_MAX, POOL), case


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_alone_equals_plain_numpy(ask, rule):
    draw = np.random.default_rng(RULES.index(rule))
    cases = [random_case(draw, [rule]) for _ in range(60)]
    compare(cases, ask(arrays_of(cases)))


@pytest.fixture(scope="module")
def combinations():
    """25 batches of 200 requests with random rules."""
    draw = np.random.default_rng(0)
    return [[random_case(draw, [rule for rule in RULES if draw.random() < 0.5]) for _ in range(200)] for _ in range(25)]


@pytest.fixture(scope="module")
def answers(ask, combinations):
    return [ask(arrays_of(cases)) for cases in combinations]


def test_five_thousand_combinations_equal_plain_numpy(combinations, answers):
    for cases, found in zip(combinations, answers, strict=True):
        compare(cases, found)


@pytest.mark.process
@needs_compiler
def test_a_program_without_python_answers_them_as_the_loaded_function(version, combinations, answers):
    found = run_in_c(version, [(RECOMMEND_WITH_RULES, arrays_of(cases)) for cases in combinations])
    assert [listed(answer) for answer in found] == answers


def test_a_session_answers_as_the_loaded_function(ask, version):
    draw = np.random.default_rng(1)
    cases = [random_case(draw, RULES if draw.random() < 0.2 else list(draw.choice(RULES, 4))) for _ in range(200)]
    (found,) = run_in_session(version, [(RECOMMEND_WITH_RULES, arrays_of(cases))])
    assert listed(found) == ask(arrays_of(cases))


def test_similar_items_by_rules_equal_plain_numpy(loaded):
    function = loaded.signatures[SIMILAR_ITEMS_WITH_RULES]
    _, specs = function.structured_input_signature
    draw = np.random.default_rng(2)
    chosen = [rule for rule in RULES if rule != "keep_seen"]
    cases = [random_case(draw, [rule for rule in chosen if draw.random() < 0.4]) for _ in range(400)]
    arrays = arrays_of(cases)
    items = draw.choice(np.array(IDS, object), len(cases))
    inputs = {name: arrays[name] for name in specs if name != "item_ids"} | {"item_ids": items}
    found = listed(function(**{name: tf.constant(value, specs[name].dtype) for name, value in inputs.items()}))
    # This module's items are as alike as they score after each other.
    compare([case | {"history": [item], "keep_seen": "no"} for case, item in zip(cases, items, strict=True)], found)
    unknown = inputs | {"item_ids": np.array(["nobody", ""] * (len(cases) // 2), object)}
    found = function(**{name: tf.constant(value, specs[name].dtype) for name, value in unknown.items()})
    assert listed(found) == [[]] * len(cases)


NOTHING = random_case(np.random.default_rng(0), []) | {"history": []}


@pytest.mark.parametrize(
    ("rules", "line"),
    [
        ({"k": -1}, "k is -1: this export gives 1 to 12"),
        ({"k": K_MAX + 1}, "k is 13: this export gives 1 to 12"),
        ({"diversity": -0.25}, "diversity is -0.25: it must be from 0 to 1"),
        ({"diversity": 1.5}, "diversity is 1.5: it must be from 0 to 1"),
        ({"boost": ["year<1994"], "boost_weights": [np.nan]}, "a boost weight is nan: it must be a number"),
        ({"boost": ["year<1994"], "boost_weights": [np.inf]}, "a boost weight is inf: it must be a number"),
        ({"pin": ["c@2"], "k": 1}, "pin c@2 is at a place that the list does not have"),
        ({"pin": ["c@2@0"]}, "pin c@2@0 is at a place that the list does not have"),
        ({"pin": ["c@13"]}, "pin c@13 is at a place that the list does not have"),
        ({"pin": ["item-9"]}, "pin item-9 cannot be read: write an id and its place"),
        ({"pin": ["@2"]}, "pin @2 cannot be read"),
        ({"pin": ["c@99999999999"]}, "pin c@99999999999 cannot be read"),
        ({"pin": ["c@2@1", "d,e@1"]}, "pin d,e@1 is at a place that another pin has"),
        ({"pin": ["c@2@1", "c@2@3"]}, "pin c@2@3 names an item again"),
        ({"must": ["colour=red"]}, "colour=red does not name an attribute of this export"),
        ({"must_not": ["genres"]}, "genres cannot be read as a condition"),
        ({"boost": ["genres>War"], "boost_weights": [1]}, "genres>War compares an attribute that is not a number"),
        ({"must": [b"genres\xff=War"]}, "genres"),
        ({"at_most": ["colour=2"]}, "colour is not an attribute of this export"),
        ({"at_most": ["genres"]}, "at_most genres cannot be read: write an attribute and a number from 1"),
        ({"at_most": ["genres=0"]}, "at_most genres=0 cannot be read"),
        ({"keep_seen": "perhaps"}, "keep_seen is perhaps: write yes or no"),
        ({"pin": ['"é\n" x']}, 'pin "é " x cannot be read'),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line_that_names_it(ask, rules, line):
    with pytest.raises(tf.errors.InvalidArgumentError) as refused:
        ask(arrays_of([NOTHING, NOTHING | rules]))
    assert refusal_of(refused.value).startswith(line)


@pytest.mark.parametrize(
    "rules",
    [
        {"must": ["genres=War"], "must_not": ["genres=War"]},
        {"must": ["genres=nothing"]},
        {"only": ["nobody"]},
        {"only": [IDS[0], IDS[1]], "exclude": [IDS[0], IDS[1]]},
        {"min_score": np.inf},
    ],
)
def test_rules_that_leave_nothing_give_an_empty_list(ask, rules):
    assert ask(arrays_of([NOTHING | rules])) == [[]]


def test_ids_with_marks_and_bytes_that_are_no_text_are_ids_like_others(ask):
    odd = NOTHING | {"history": [b"\xff\xfe"], "exclude": [b"\xff"], "pin": [b"\xff@1@2", "f@g=1@1", "c@2@3"]}
    assert [item for item, _ in ask(arrays_of([odd]))[0]][:3] == [
        "f@g=1",
        recommended(NOTHING, K_MAX, POOL)[0][0],
        "c@2",
    ]


def test_ten_thousand_excluded_ids(ask):
    arrays = arrays_of([NOTHING])
    arrays["exclude"] = np.array([[*IDS[1:], *map(str, range(10_000))]], object)
    assert [item for item, _ in ask(arrays)[0]] == [IDS[0]]
