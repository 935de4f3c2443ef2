"""Transitions: scores against a naive reference, settings found again, the Markov chain as a special case."""

import logging
from dataclasses import replace

import numpy as np
import pytest

from tests.synthetic import cyclic_interactions
from tfrec_dl import Interactions, leave_last_out
from tfrec_dl.baselines.fit import fit_baselines
from tfrec_dl.baselines.markov_chain import MarkovChain
from tfrec_dl.baselines.transition_settings import MARKOV_CHAIN, TransitionSettings
from tfrec_dl.baselines.transitions import Transitions
from tfrec_dl.errors import InputError

ROWS = [[2, 3, 4, 2, 5], [5, 1, 2, 3], [4], [], [3, 3, 6], [6, 2, 5, 3, 4, 2]]


def counts(rows, size):
    return np.bincount([item for row in rows for item in row], minlength=size)[2:]


def reference(rows, item_counts, settings, history):
    """Scores by the definition, pair by pair."""
    size = len(item_counts)
    near = np.zeros((size, size))
    for row in rows:
        for first in range(len(row)):
            for second in range(first + 1, min(first + settings.window, len(row) - 1) + 1):
                near[row[first], row[second]] += settings.skip ** (second - first - 1)
    near[:2] = near[:, :2] = 0.0
    frequency = np.maximum(item_counts, 1.0)
    near = near + settings.back * near.T + settings.repeat * np.diag(item_counts)
    scaled = near / frequency[:, None] ** settings.source / frequency**settings.target
    recent = history[::-1][: settings.order]
    return sum(settings.decay**distance * scaled[item] for distance, item in enumerate(recent))


@pytest.mark.parametrize(
    "settings",
    [
        TransitionSettings(),
        TransitionSettings(window=1, back=1.0, source=1.0, target=0.0, decay=1.0, order=2),
        TransitionSettings(window=3, skip=0.5, back=0.0, source=0.0, target=0.5, decay=0.25, order=1),
        TransitionSettings(window=2, repeat=0.7),
        MARKOV_CHAIN,
    ],
)
def test_scores_equal_those_of_the_definition(histories, vocabulary, settings):
    words = vocabulary(5, counts(ROWS, 7))
    fitted = Transitions.fit(histories(ROWS), words, settings)
    asked = [[2], [3, 1], [2, 6, 5, 4], [4, 4], [6, 5, 4, 3, 2, 6, 5, 4, 3, 2]]
    expected = [reference(ROWS, words.item_counts, settings, history) for history in asked]
    assert fitted.scores(histories(asked))[:, 2:] == pytest.approx(np.array(expected)[:, 2:], abs=1e-6)


def test_the_markov_chain_is_a_special_case(histories, vocabulary):
    words = vocabulary(5, counts(ROWS, 7))
    chain = MarkovChain.of_decay(histories(ROWS), words, decay=0.3)
    same = Transitions.fit(histories(ROWS), words, replace(MARKOV_CHAIN, decay=0.3))
    assert np.array_equal(chain.scores(histories(ROWS)), same.scores(histories(ROWS)))


def test_a_new_user_gets_the_popular_items(histories, vocabulary):
    words = vocabulary(5, counts(ROWS, 7))
    fitted = Transitions.fit(histories(ROWS), words)
    assert np.array_equal(fitted.scores(histories([[]]))[0], words.item_counts)


def test_search_finds_that_an_item_two_places_ago_decides(histories, vocabulary, cases):
    # What follows depends on the item before the last, and the last one is noise.
    rng = np.random.default_rng(0)
    rows = [[2 + kind, 12 + int(rng.integers(10)), 22 + kind] for kind in rng.integers(10, size=400)]
    words = vocabulary(30, counts(rows, 32))
    validation = cases([row[:2] for row in rows[:100]], [row[2:] for row in rows[:100]])
    found = Transitions.tuned(histories(rows), words, validation)
    assert found.settings.window >= 2
    assert found.settings.order >= 2
    ranks = (-found.scores(validation.histories)).argsort(axis=1)
    assert np.mean(ranks[:, 0] == [row[2] for row in rows[:100]]) > 0.95


def test_search_finds_that_order_says_nothing(histories, vocabulary, cases):
    # Pairs are bought in either order: the other way round counts as much, and is all there is for half of the targets.
    rows = [[2 + 2 * kind, 3 + 2 * kind] for kind in range(20)] * 3
    words = vocabulary(40, counts(rows, 42))
    validation = cases([[row[1]] for row in rows], [[row[0]] for row in rows])
    assert Transitions.tuned(histories(rows), words, validation).settings.back > 0


def test_search_finds_that_people_come_back_to_items_where_these_compete(histories, vocabulary, cases):
    # An item of the history follows, the last one or one before, and none follows itself in the training part.
    rng = np.random.default_rng(0)
    rows = [list(rng.choice(np.arange(2, 52), 4, replace=False)) for _ in range(300)]
    words = vocabulary(50, counts(rows, 52))
    validation = cases(rows, [[row[int(rng.integers(4))]] for row in rows])
    found = Transitions.tuned(histories(rows), words, validation, keep_seen=True)
    ranks = (-found.scores(validation.histories)).argsort(axis=1).argsort(axis=1)
    assert max(ranks[row, item] for row, items in enumerate(rows) for item in items) < 4
    assert Transitions.tuned(histories(rows), words, validation).settings.repeat == 0


def test_search_logs_what_it_found(histories, vocabulary, cases, caplog):
    words = vocabulary(5, counts(ROWS, 7))
    with caplog.at_level(logging.INFO, logger="tfrec_dl"):
        Transitions.tuned(histories(ROWS), words, cases([[2]], [[3]]))
    assert any(record.getMessage().startswith("transitions: window") for record in caplog.records)


def test_without_a_case_that_can_be_won_the_defaults_are_taken(histories, vocabulary, cases):
    words = vocabulary(5, counts(ROWS, 7))
    assert Transitions.tuned(histories(ROWS), words, cases([[2], []], [[1], [3]])).settings == TransitionSettings()


@pytest.mark.parametrize(("name", "value"), [("window", 0), ("skip", 0.0), ("back", 1.5), ("decay", 2.0), ("order", 0)])
def test_settings_outside_their_ranges_are_refused(name, value):
    with pytest.raises(InputError, match=name):
        TransitionSettings(**{name: value})


def test_a_split_is_searched_once_and_its_seconds_stay(caplog):
    split = leave_last_out(Interactions.from_frame(cyclic_interactions(users=20)))
    with caplog.at_level(logging.INFO):
        ((_, first, seconds),) = fit_baselines(split, ["transitions"])
        ((_, again, as_before),) = fit_baselines(split, ["transitions"])
    assert again is first
    assert as_before == seconds > 0
    assert caplog.text.count("transitions:") == 1


def test_those_where_items_of_the_history_compete_are_others():
    split = leave_last_out(Interactions.from_frame(cyclic_interactions(users=20)))
    ((_, masked, _),) = fit_baselines(split, ["transitions"])
    ((_, competing, _),) = fit_baselines(split, ["transitions"], keep_seen=True)
    assert competing is not masked
