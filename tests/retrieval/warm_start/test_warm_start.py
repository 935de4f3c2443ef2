"""Training that goes on from a run: known items keep what was learnt, new ones begin beside their neighbours."""

import numpy as np
import pytest

from tests.synthetic import cyclic_interactions
from tfrec_dl.data.source import DataSource
from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.errors import InputError
from tfrec_dl.families.run import Run
from tfrec_dl.lifecycle.train import train
from tfrec_dl.lifecycle.warm_start import warm_recipe
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.retrieval.card import run_card
from tfrec_dl.retrieval.warm_start.neighbours import neighbours
from tfrec_dl.retrieval.warm_start.start import lineage

SMALL = {
    "dimension": 8,
    "units": 8,
    "epochs": 5,
    "max_length": 8,
    "learning_rate": 0.02,
    "batch_size": 16,
    "counts": False,
}


def table(path, items: int, users: int = 80) -> DataSource:
    cyclic_interactions(users=users, items=items, length=8, seed=items).to_csv(path, index=False)
    return DataSource(str(path))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("warm")


@pytest.fixture(scope="module")
def first(folder) -> Run:
    recipe = RECIPES["gru"].with_settings(SMALL)
    return train(recipe, table(folder / "first.csv", 18), folder / "first", verbose=0)


@pytest.fixture(scope="module")
def newer(folder) -> DataSource:
    return table(folder / "newer.csv", 20)  # two more items, where the cycle closed


@pytest.fixture(scope="module")
def second(first, newer, folder) -> Run:
    """Trained at a rate at which nothing moves, so that it shows where it began."""
    recipe = warm_recipe(first.folder, {"epochs": 1, "learning_rate": 1e-12})
    return train(recipe, newer, folder / "second", verbose=0)


def item_vectors(run: Run) -> dict[str, np.ndarray]:
    model = run.model()
    return dict(zip(model.vocabulary.ids, model.item_vectors().numpy()[FIRST_ITEM:], strict=True))


def test_known_items_keep_their_vectors_and_the_network_its_weights(first, second):
    old, new = item_vectors(first), item_vectors(second)
    assert len(new) == len(old) + 2
    for item, vector in old.items():
        np.testing.assert_allclose(new[item][:-1], vector[:-1], atol=1e-5)
    for before, after in zip(first.model().encoder.weights, second.model().encoder.weights, strict=True):
        np.testing.assert_allclose(after.numpy(), before.numpy(), atol=1e-5)


def test_biases_go_with_the_items_shares_of_the_interactions(first, second):
    """As logits of how popular each item is, on which what the network has learnt is added."""
    old, new = item_vectors(first), item_vectors(second)
    before, now = (dict(zip(run.model().vocabulary.ids, _shares(run), strict=True)) for run in (first, second))
    for item in old:
        moved = np.log(now[item]) - np.log(before[item])
        assert new[item][-1] - old[item][-1] == pytest.approx(moved, abs=1e-5)


def test_vectors_of_width_one_are_no_biases(newer, folder):
    recipe = RECIPES["gru"].with_settings({**SMALL, "dimension": 1, "epochs": 1})
    narrow = train(recipe, table(folder / "narrow.csv", 18), folder / "narrow", verbose=0)
    going_on = train(warm_recipe(narrow.folder, {"learning_rate": 1e-12}), newer, folder / "narrow_later", verbose=0)
    old, new = item_vectors(narrow), item_vectors(going_on)
    for item, vector in old.items():
        assert new[item][0] == pytest.approx(vector[0], abs=1e-5)


def _shares(run: Run) -> np.ndarray:
    counts = run.model().vocabulary.counts
    return counts / counts.sum()


def test_new_items_begin_between_those_that_stand_near_them(first, second, newer):
    old, new = item_vectors(first), item_vectors(second)
    train_part = newer.read().split
    known = np.array([True, True, *(item in old for item in train_part.vocabulary.ids)])
    mixed = neighbours(train_part.train, known)
    place = list(train_part.vocabulary.ids).index("item_19") + FIRST_ITEM
    weights = mixed[place].toarray()[0]
    share = {item: weights[index + FIRST_ITEM] for index, item in enumerate(train_part.vocabulary.ids) if item in old}
    assert sum(share.values()) == weights.sum() == pytest.approx(1)
    mean = sum(each * old[item][:-1] for item, each in share.items())
    length = sum(each * np.linalg.norm(old[item][:-1]) for item, each in share.items())
    np.testing.assert_allclose(new["item_19"][:-1], mean / np.linalg.norm(mean) * length, atol=1e-5)
    shares = train_part.vocabulary.counts / train_part.vocabulary.counts.sum()
    assert new["item_19"][-1] == pytest.approx(np.log(shares[place - FIRST_ITEM]), abs=1e-5)


def between_neighbours(run: Run, source: DataSource, item: str, known: set[str]) -> np.ndarray:
    """The mean of what stands near an item in histories, as long as these are."""
    train_part, vectors = source.read().split, item_vectors(run)
    ids = train_part.vocabulary.ids.tolist()
    sums, lengths, total = np.zeros(len(vectors[item]) - 1), 0.0, 0.0
    for row in map(train_part.train.row, range(len(train_part.train))):
        for place, index in enumerate(row):
            for other in range(max(0, place - 8), min(len(row), place + 9)):
                if index - FIRST_ITEM == ids.index(item) and (near := ids[row[other] - FIRST_ITEM]) in known:
                    weight = 0.8 ** (abs(other - place) - 1)
                    sums += weight * vectors[near][:-1]
                    lengths, total = lengths + weight * np.linalg.norm(vectors[near][:-1]), total + weight
    return sums / np.linalg.norm(sums) * lengths / total


def test_young_items_stay_between_their_neighbours_and_others_are_learnt(first, newer, folder):
    known = set(item_vectors(first))
    warm = train(warm_recipe(first.folder, {"epochs": 2}), newer, folder / "young", verbose=0)
    for item in ("item_18", "item_19"):  # 32 interactions each
        placed = between_neighbours(warm, newer, item, known)
        np.testing.assert_allclose(item_vectors(warm)[item][:-1], placed, rtol=1e-4, atol=1e-5)

    many = table(folder / "many.csv", 20, users=200)  # 80 each
    learnt = train(warm_recipe(first.folder, {"epochs": 2}), many, folder / "learnt", verbose=0)
    placed = between_neighbours(learnt, many, "item_19", known)
    assert np.abs(item_vectors(learnt)["item_19"][:-1] - placed).max() > 0.01


def test_items_are_young_in_later_runs_of_the_chain_too_until_they_have_enough_interactions(first, newer, folder):
    known = set(item_vectors(first))
    second = train(warm_recipe(first.folder), newer, folder / "chain_second", verbose=0)
    third = train(warm_recipe(second.folder, {"epochs": 2}), newer, folder / "chain_third", verbose=0)
    np.testing.assert_allclose(
        item_vectors(third)["item_19"][:-1], between_neighbours(third, newer, "item_19", known), rtol=1e-4, atol=1e-5
    )
    (third.folder / "young_items.json").write_text("[1]")
    with pytest.raises(InputError, match=r"young_items\.json is not a list of items"):
        train(warm_recipe(third.folder), newer, folder / "damaged", verbose=0)
    (third.folder / "young_items.json").write_text('["item_18", "item_19"]')
    many = table(folder / "chain_many.csv", 20, users=200)
    fourth = train(warm_recipe(third.folder, {"epochs": 2}), many, folder / "chain_fourth", verbose=0)
    placed = between_neighbours(fourth, many, "item_19", known)
    assert np.abs(item_vectors(fourth)["item_19"][:-1] - placed).max() > 0.01


def test_items_that_the_table_no_longer_has_are_forgotten(first, folder):
    recipe = warm_recipe(first.folder, {"epochs": 1, "learning_rate": 1e-12})
    fewer = train(recipe, table(folder / "fewer.csv", 15), folder / "fewer", verbose=0)
    old, new = item_vectors(first), item_vectors(fewer)
    assert set(new) < set(old)
    np.testing.assert_allclose(new["item_3"][:-1], old["item_3"][:-1], atol=1e-5)


def test_one_pass_goes_on_to_what_a_whole_training_learns(first, newer, folder):
    warm = train(warm_recipe(first.folder), newer, folder / "warm", verbose=0)
    assert warm.recipe.training.epochs == 1  # a fifth
    anew = train(RECIPES["gru"].with_settings({**SMALL, "epochs": 1}), newer, folder / "anew", verbose=0)
    assert warm.metrics()["test/ndcg@10"] > anew.metrics()["test/ndcg@10"] + 0.1


def test_chains_are_remembered_in_the_card_and_hold_no_path(first, second, newer, folder):
    third = train(warm_recipe(second.folder, {"epochs": 1}), newer, folder / "third", verbose=0)
    starts = lineage(third.folder)
    assert [start["items_new"] for start in starts] == [2, 0]
    assert starts[0]["data_fingerprint"] == first.config()["data_fingerprint"]
    card = run_card(third)
    assert "it continued from trainings on 640 interactions" in card.data
    assert str(folder) not in card.to_json({}, [])


def test_counts_beside_the_network_are_counted_anew(newer, folder):
    joined = RECIPES["gru"].with_settings({**SMALL, "counts": True, "epochs": 2})
    start = train(joined, table(folder / "joined.csv", 18), folder / "joined", verbose=0)
    warm = train(warm_recipe(start.folder), newer, folder / "joined_warm", verbose=0)
    assert lineage(warm.folder)[0]["items_new"] == 2
    assert len(warm.model().vocabulary.ids) == 20


def test_mistakes_are_named_before_anything_is_read(first, folder):
    with pytest.raises(InputError, match="cannot continue from a run"):
        RECIPES["irgan"].family.check(
            RECIPES["irgan"].with_settings({"warm_start": str(first.folder)}), DataSource("missing.csv")
        )
    other = RECIPES["mult_dae"].with_settings({"warm_start": str(first.folder)})
    with pytest.raises(InputError, match="continues only from a run of its own kind"):
        train(other, DataSource("missing.csv"), folder / "other")
    wide = warm_recipe(first.folder, {"dimension": 16})
    with pytest.raises(InputError, match="of other sizes"):
        train(wide, DataSource(str(folder / "first.csv")), folder / "wide", verbose=0)


def test_neighbours_are_weighed_by_how_often_they_are_near():
    from tests.fixtures import _histories

    rows = _histories([[2, 4, 3], [2, 4], [5, 6]])
    found = neighbours(rows, np.array([True, True, True, True, False, False, False])).toarray()
    assert found[4] == pytest.approx([0, 0, 2 / 3, 1 / 3, 0, 0, 0])
    assert not found[[0, 1, 2, 3, 5, 6]].any()  # those of no known neighbours begin anew
