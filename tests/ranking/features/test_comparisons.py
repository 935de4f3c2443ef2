"""Candidates beside their list and the past, against a loop over them."""

import numpy as np
import pytest
import tensorflow as tf

from tfrec_dl.ranking.features.comparisons import Compared, Comparisons

DAY = 86_400.0


def arrays(seed: int) -> dict:
    """Lists of one to five candidates; past items of none to four, some of them candidates, with gaps."""
    generator = np.random.default_rng(seed)
    lists = np.repeat(np.arange(10), generator.integers(1, 6, 10)).astype(np.int32)
    lengths = generator.integers(0, 5, 10)
    past = np.arange(4) < lengths[:, None]
    numbers = {"price": generator.integers(1, 50, len(lists)), "margin": generator.integers(-5, 5, len(lists))}
    past_numbers = {"price": generator.integers(1, 50, (10, 4)), "margin": generator.integers(-5, 5, (10, 4))}
    gaps = generator.random(len(lists)) < 0.2, generator.random((10, 4)) < 0.2
    return {
        "lists": lists,
        "keys": generator.integers(0, 6, len(lists)),
        "past_keys": np.where(past, generator.integers(0, 6, (10, 4)), -1),
        "past_ages": np.where(past, np.sort(generator.uniform(1, 9 * DAY, (10, 4)))[:, ::-1], np.nan),
        "numbers": {name: np.where(gaps[0], np.nan, values) for name, values in numbers.items()},
        "past_numbers": {name: np.where(gaps[1] | ~past, np.nan, values) for name, values in past_numbers.items()},
    }


def compared(given: dict) -> Compared:
    def floats(values):
        return tf.constant(values, tf.float32)

    return Compared(
        numbers={name: floats(values) for name, values in given["numbers"].items()},
        lists=tf.constant(given["lists"]),
        keys=tf.constant(given["keys"], tf.int64),
        past_keys=tf.constant(given["past_keys"], tf.int64),
        past_numbers={name: floats(values) for name, values in given["past_numbers"].items()},
        past_ages=floats(given["past_ages"]),
    )


def naive(given: dict, row: int) -> dict[str, float]:
    """All comparisons of one candidate."""
    number = given["lists"][row]
    past = given["past_keys"][number]
    past, ages = past[past != -1], given["past_ages"][number][past != -1]
    met = [place for place, key in enumerate(past) if key == given["keys"][row]]
    here = given["lists"] == number
    found = {
        "times met before": len(met),
        "events since it was met": len(past) - 1 - met[-1] if met else np.nan,
        "time since it was met": np.log1p(ages[met].min()) if met else np.nan,
        "time since the last event": np.log1p(ages.min()) if len(past) else np.nan,
        "past events": len(past),
        "candidates in the list": here.sum(),
        "the item met last is in the list": float(past[-1] in given["keys"][here]) if len(past) else np.nan,
    }
    for name, scale in (("margin", lambda value: value), ("price", np.log)):
        values, before = scale(given["numbers"][name]), scale(given["past_numbers"][name][number])
        before = before[~np.isnan(before)]
        others, value = values[here & ~np.isnan(values)], values[row]
        rank = 0.5 if len(others) == 1 else (others < value).sum() / max(len(others) - 1, 1)
        spread = others.std() if len(set(others.tolist())) > 1 else 0
        distance = (value - others.mean()) / spread if spread else 0.0
        found |= {
            f"{name} (rank in the list)": np.nan if np.isnan(value) else rank,
            f"{name} (distance from the list)": np.nan if np.isnan(value) else distance,
            f"{name} (beside the item met last)": value - before[-1] if len(before) else np.nan,
            f"{name} (beside all items met)": value - before.mean() if len(before) else np.nan,
        }
    return found


ALL = Comparisons(differences=("margin",), ratios=("price",), in_lists=True, timed=True)


@pytest.mark.parametrize("seed", range(4))
def test_comparisons_are_those_of_a_loop(seed):
    given = arrays(seed)
    found = ALL.of(compared(given))
    assert tuple(found) == ALL.names
    for row in range(len(given["lists"])):
        expected = naive(given, row)
        assert set(found) == set(expected)
        for name, value in expected.items():
            np.testing.assert_allclose(found[name][row], value, rtol=1e-4, atol=1e-5, err_msg=f"{name} of row {row}")


def test_without_lists_times_and_numbers_only_the_past_is_compared():
    given = arrays(0)
    found = Comparisons().of(compared(given))
    assert set(found) == {"times met before", "events since it was met", "past events"}
    for row in range(len(given["lists"])):
        expected = naive(given, row)
        for name, values in found.items():
            np.testing.assert_allclose(values[row], expected[name])


def test_new_users_have_nothing_to_compare_with():
    given = arrays(0)
    given |= {"past_keys": np.full((10, 1), -1), "past_ages": np.full((10, 1), np.nan)}
    given["past_numbers"] = {name: np.full((10, 1), np.nan) for name in given["past_numbers"]}
    found = ALL.of(compared(given))
    assert not found["times met before"].numpy().any()
    assert not found["past events"].numpy().any()
    for name in ALL.names:
        if "met" in name.replace("times met before", "") or "event" in name.replace("past events", ""):
            assert np.isnan(found[name]).all(), name


def test_list_does_not_depend_on_the_others_in_the_batch():
    given = arrays(1)
    whole = ALL.of(compared(given))
    for number in range(10):
        rows = given["lists"] == number
        alone = {
            "lists": np.zeros(rows.sum(), np.int32),
            "keys": given["keys"][rows],
            "numbers": {name: values[rows] for name, values in given["numbers"].items()},
            "past_numbers": {name: values[[number]] for name, values in given["past_numbers"].items()},
            "past_keys": given["past_keys"][[number]],
            "past_ages": given["past_ages"][[number]],
        }
        for name, values in ALL.of(compared(alone)).items():
            np.testing.assert_allclose(values, whole[name].numpy()[rows], rtol=1e-6, atol=1e-6)


def test_numbers_that_are_always_above_zero_are_compared_by_their_ratio():
    numbers = {
        "price": np.array([1, np.nan, 30], np.float32),
        "margin": np.array([1, 0, 3], np.float32),
        "loss": np.array([-1, 2, 3], np.float32),
    }
    learned = Comparisons.learn(numbers, in_lists=True, timed=False)
    assert learned == Comparisons(differences=("margin", "loss"), ratios=("price",), in_lists=True)


def test_number_of_zero_or_below_is_missing_where_ratios_are_compared():
    """Training has never seen one: a free item, served later."""
    given = arrays(0)
    given["numbers"]["price"] = np.zeros(len(given["lists"]))
    for name, values in ALL.of(compared(given)).items():
        if name.startswith("price"):
            assert not np.isfinite(values).any(), name
