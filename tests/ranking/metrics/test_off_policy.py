import numpy as np
import pytest

from tfrec_dl.errors import InputError
from tfrec_dl.ranking.metrics.off_policy import LoggedFeedback, doubly_robust, inverse_propensity, self_normalised

REWARDS, OLD, NEW = [1, 0, 1, 0], [0.5, 0.25, 0.1, 0.5], [0.25, 0.5, 0.4, 0.0]  # weights 1/2, 2, 4, 0


def logged(*columns, **settings) -> LoggedFeedback:
    return LoggedFeedback(*columns, **settings)


def drawn(rng, rows, actions=8):
    """A log of one action a row, the model's predictions, and the true value of the new policy."""
    contexts = rng.integers(5, size=rows)
    design = np.random.default_rng(0)
    clicks = design.random((5, actions)) * 0.4
    old, new = (design.dirichlet(np.full(actions, alpha), size=5) for alpha in (5.0, 1.0))
    taken = np.array([rng.choice(actions, p=old[context]) for context in contexts])
    rewards = (rng.random(rows) < clicks[contexts, taken]).astype(float)
    model = 0.5 * clicks + 0.1
    log = logged(rewards, old[contexts, taken], new[contexts, taken])
    return log, model[contexts, taken], (new * model).sum(axis=1)[contexts], (new * clicks).sum(axis=1).mean()


def test_the_formulas_written_out():
    log = logged(REWARDS, OLD, NEW)
    assert inverse_propensity(log).value == pytest.approx((0.5 + 4) / 4)
    assert self_normalised(log).value == pytest.approx((0.5 + 4) / 6.5)
    predicted, expected = [0.4, 0.2, 0.6, 0.1], [0.3, 0.5, 0.2, 0.4]
    total = sum(e + n / o * (r - p) for r, o, n, p, e in zip(REWARDS, OLD, NEW, predicted, expected, strict=True))
    assert doubly_robust(log, predicted, expected).value == pytest.approx(total / 4)


def test_what_the_log_can_tell_is_reported():
    found = inverse_propensity(logged(REWARDS, OLD, NEW))
    assert found.effective_sample_size == pytest.approx(6.5**2 / (0.25 + 4 + 16))
    assert (found.largest_weight, found.mean_weight, found.clipped) == pytest.approx((4.0, 6.5 / 4, 0.0))


def test_clipping_cuts_weights_and_says_how_many():
    found = inverse_propensity(logged(REWARDS, OLD, NEW, clip=1.5))
    assert found.value == pytest.approx((0.5 + 1.5) / 4)
    assert (found.largest_weight, found.mean_weight, found.clipped) == pytest.approx((1.5, 6.5 / 4, 0.5))


def test_the_logging_policy_itself_earns_the_mean_reward():
    rewards = np.random.default_rng(0).random(200)
    log = logged(rewards, np.full(200, 0.2), np.full(200, 0.2))
    for found in (inverse_propensity(log), self_normalised(log), doubly_robust(log, rewards * 0, rewards * 0)):
        assert found.value == pytest.approx(rewards.mean())
        assert (found.high - found.low) / 2 == pytest.approx(1.97 * rewards.std() / np.sqrt(200), rel=0.02)
        assert found.effective_sample_size == pytest.approx(200)


def test_a_reward_model_that_is_right_makes_the_interval_short():
    rng = np.random.default_rng(1)
    log, predicted, expected, _ = drawn(rng, 2000)
    right = doubly_robust(logged(predicted, log.propensities, log.new_propensities), predicted, expected)
    assert right.high - right.low < 0.1 * (inverse_propensity(log).high - inverse_propensity(log).low)


def test_weights_of_chance_make_the_interval_reach_further_up_than_down():
    rng = np.random.default_rng(0)
    log, *_ = drawn(rng, 200)
    found = inverse_propensity(log)
    assert found.high - found.value > 1.05 * (found.value - found.low)


def test_about_95_of_100_intervals_hold_the_true_click_rate():
    rng = np.random.default_rng(2)
    hits = np.zeros(3)
    for _ in range(200):
        log, predicted, expected, truth = drawn(rng, 500)
        for column, found in enumerate(
            (inverse_propensity(log), self_normalised(log), doubly_robust(log, predicted, expected))
        ):
            hits[column] += found.low <= truth <= found.high
    assert (hits / 200 >= 0.92).all(), hits
    assert (hits / 200 <= 0.99).all(), hits


def test_rows_of_a_list_that_say_the_same_widen_the_interval_as_fewer_rows_do():
    rng = np.random.default_rng(3)
    rewards, old, new = (rng.random(100) < 0.4).astype(float), rng.uniform(0.2, 0.8, 100), rng.uniform(0.2, 0.8, 100)
    once = logged(rewards, old, new)
    thrice = logged(*(np.repeat(column, 3) for column in (rewards, old, new)), lists=np.repeat(np.arange(100), 3))
    for estimate in (inverse_propensity, self_normalised):
        one, three = estimate(once), estimate(thrice)
        assert (three.value, three.low, three.high) == pytest.approx((one.value, one.low, one.high))
        assert three.effective_sample_size == pytest.approx(one.effective_sample_size)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"propensities": [0.5, 0.0, 0.1, 0.5]}, "propensities: 1 of 4 are 0, the first in row 1"),
        ({"propensities": [0.5, -0.1, 0.1, 0.5]}, "propensities: 1 of 4 .* first is -0.1 in row 1"),
        ({"propensities": [0.5, 1.1, 0.1, 0.5]}, "propensities: 1 of 4 .* first is 1.1"),
        ({"new_propensities": [0.5, 0.2, np.nan, 0.5]}, "new_propensities: 1 of 4 .* not finite"),
        ({"new_propensities": [0.5, 1.2, 0.2, 0.5]}, "new_propensities: 1 of 4 .* first is 1.2"),
        ({"rewards": [1, 0]}, "rewards 2, propensities 4"),
        ({"lists": [0, 1]}, "rewards 4, lists 2"),
        ({"lists": [7, 7, 7, 7]}, "at least 2"),
        ({"clip": 0.0}, "clip is 0.0"),
        ({"clip": float("nan")}, "clip is nan"),
    ],
)
def test_logs_that_make_no_sense_are_refused(change, message):
    with pytest.raises(InputError, match=message):
        logged(**{"rewards": REWARDS, "propensities": OLD, "new_propensities": NEW, **change})


def test_a_policy_that_the_log_never_shows_is_refused():
    log = logged(REWARDS, OLD, np.zeros(4))
    with pytest.raises(InputError, match="none of the 4 logged rows"):
        self_normalised(log)
    assert inverse_propensity(log).mean_weight == 0.0


def test_a_reward_model_of_other_rows_is_refused():
    with pytest.raises(InputError, match="predicted 1"):
        doubly_robust(logged(REWARDS, OLD, NEW), [0.1], [0.1])
