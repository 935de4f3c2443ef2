"""Advice on tables in which it is known what there is to learn."""

import json
from pathlib import Path

import pandas as pd
import pytest

from benchmarks import known_tables as tables
from tfrec_dl.advice.advise import advise
from tfrec_dl.advice.landmarks import landmarks_of
from tfrec_dl.advice.profile import profile_of
from tfrec_dl.advice.rules import decide
from tfrec_dl.data.source import DataSource


def source_of(table: pd.DataFrame, folder: Path, **settings) -> DataSource:
    table.to_csv(folder / "table.csv", index=False)
    return DataSource(str(folder / "table.csv"), **settings)


@pytest.mark.parametrize(
    ("table", "recipe", "reason"),
    [
        (tables.order_alone, "gru", "read it in order"),
        (tables.taste_alone, "mult_dae", "read it as a set"),
        (tables.popularity_alone, None, "hardly any taste"),
        (tables.new_items, "gru", "no training interaction"),
    ],
)
def test_what_there_is_to_learn_decides(table, recipe, reason, tmp_path):
    advice = advise(source_of(table(), tmp_path), with_cost=False)
    assert advice.worth_a_network == (recipe is not None)
    assert recipe in (None, advice.advised[0].recipe.name)
    assert any(reason in each.text for each in advice.reasons)
    assert json.loads(json.dumps(advice.to_dict()))["advised"][0]["recipe"] == advice.advised[0].recipe.name


def test_repeated_items_are_recommended_again(tmp_path):
    advice = advise(source_of(tables.repeats(), tmp_path), with_cost=False)
    assert advice.profile.repeated_targets == 1
    assert advice.advised[0].recipe.training.keep_seen
    assert any("--keep-seen" in each.text for each in advice.reasons)
    assert advice.advised[0].recipe.name == "caser"


def test_few_users_are_no_ground_for_a_network(tmp_path):
    few = tables.order_alone().query("user_id < 'user_12'")
    advice = advise(source_of(few, tmp_path), with_cost=False)
    assert not advice.worth_a_network
    assert "too few" in advice.reasons[0].text


def test_a_sample_without_targets_is_not_called_too_few_users(tmp_path):
    profile = profile_of(source_of(tables.order_alone(), tmp_path).read())
    decision = decide(profile, None, keep_seen=False)
    assert not decision.worth_a_network
    assert "has no item to find for any of" in decision.reasons[0].text
    assert "too few" not in decision.reasons[0].text


def test_what_is_held_back_is_learnt_from_where_that_is_much_of_the_table(tmp_path):
    table = tables.order_alone()  # eight items a user, of which validation is one and the test another
    short = advise(source_of(table, tmp_path), with_cost=False)
    assert short.profile.validation_share == pytest.approx(1 / 7)
    assert all(each.recipe.training.refit for each in short.advised)
    assert any("14% of the data to learn from" in each.text for each in short.reasons)
    again = [table.assign(item_id=table["item_id"] + f" of {number}") for number in range(4)]
    long = advise(source_of(pd.concat(again), tmp_path), with_cost=False)  # 32 items a user
    assert not any(each.recipe.training.refit for each in long.advised)


@pytest.mark.parametrize(("table", "named"), [(tables.order_alone, True), (tables.taste_alone, False)])
def test_a_stack_is_named_where_histories_are_read_in_order(table, named, tmp_path):
    advice = advise(source_of(table(), tmp_path), with_cost=False)
    assert any("--model stacked" in each.text for each in advice.reasons) == named


def test_features_make_a_hybrid(tmp_path):
    table = tables.order_alone()
    items = pd.DataFrame({"item_id": table["item_id"].unique()})
    items.assign(genre=["a|b", "c"] * (len(items) // 2)).to_csv(tmp_path / "items.csv", index=False)
    advice = advise(source_of(table, tmp_path, items=str(tmp_path / "items.csv")), with_cost=False)
    assert advice.advised[0].recipe.model.kind == "hybrid"
    assert not any("--model stacked" in each.text for each in advice.reasons)
    assert advice.profile.item_features == {"genre": "multi_category"}


def test_profile_of_a_table_counted_by_hand(tmp_path):
    table = pd.DataFrame(
        {
            "user_id": list("aaaaabbbbcc"),
            "item_id": [*"xyxzx", *"xyzw", *"xy"],
            "timestamp": [1, 1, 2, 3, 4, 1, 2, 3, 4, 5, 5],
        }
    )
    profile = profile_of(source_of(table, tmp_path).read())
    assert (profile.users, profile.items, profile.interactions) == (3, 4, 11)
    assert profile.repeats == pytest.approx(2 / 11)  # x of a, two times again
    assert profile.ties == pytest.approx(2 / 11)
    assert profile.history_lengths[0.5] == 4
    assert profile.item_counts[0.99] == pytest.approx(4.94)  # of 1, 2, 3 and 5
    # Each user's last but one is to be found on validation: z of a, z of b, and c has too few.
    assert profile.validation_users == 2
    assert profile.validation_share == pytest.approx(2 / 9)  # training has three of a, two of b and both of c
    assert profile.repeated_targets == 0


def test_landmarks_tell_order_from_taste(tmp_path):
    ordered = landmarks_of(source_of(tables.order_alone(), tmp_path).read().split)
    taste = landmarks_of(source_of(tables.taste_alone(), tmp_path).read().split)
    assert ordered.transitions > 0.8
    assert ordered.transitions > 1.2 * ordered.shuffled  # which items are near says much on a cycle, too
    assert taste.ease > 2 * taste.popularity
    assert taste.transitions == pytest.approx(taste.shuffled, rel=0.1)
    assert ordered.reached > 0.95
    assert ordered.users > 300


@pytest.mark.parametrize("table", [tables.order_alone, tables.new_items, tables.repeats, tables.taste_alone])
def test_what_a_reason_rests_on_is_in_the_benchmarks(table, tmp_path):
    root = Path(__file__).parents[2]
    reasons = advise(source_of(table(), tmp_path), with_cost=False).reasons
    found = [reason.evidence.split(": ", 1) for reason in reasons if reason.evidence]
    assert found
    assert all(f"## {heading}" in (root / page).read_text().splitlines() for page, heading in found)
