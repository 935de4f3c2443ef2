"""What every recipe promises, on data whose best answer is known: a new family joins by being in RECIPES.

A recurrent network is held to it over items' features in place of ids too, a convolutional one over both, and one where
most items share the rows of their table. What is alike for all networks of a family (going on after a kill, how an
export answers) is asked of one of each family: `tests/retrieval/serving/test_recipes.py` exports every network without
training it, and stacks and GANs are killed in their rooms.
"""

import csv
import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.items import named_items
from tests.runs.runs import CopiesTheRun
from tests.synthetic import cyclic_interactions
from tfrec_dl.baselines.popularity import Popularity
from tfrec_dl.data.source import DataSource
from tfrec_dl.data.splits.split import Split
from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.evaluate import evaluate
from tfrec_dl.evaluation.scorer import as_scorer
from tfrec_dl.families.run import Run
from tfrec_dl.lifecycle.load import load
from tfrec_dl.lifecycle.train import train
from tfrec_dl.recipes.named import RECIPES, recipes_of
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.autoencoder.model import AutoencoderModel
from tfrec_dl.retrieval.model import RetrievalModel
from tfrec_dl.serving.export import export_saved_model
from tfrec_dl.serving.recommender import Recommender
from tfrec_dl.stacking.model import StackedModel

USERS, ITEMS, LENGTH, K = 120, 20, 12, 8
EPOCHS = 4
SMALL = {
    "training.epochs": EPOCHS,
    "training.patience": EPOCHS,
    "training.batch_size": 8,
    "training.max_length": 12,
    "training.context": 0,
    "training.learning_rate": 0.04,
    "dimension": 16,
    "body.units": 16,
    "model.units": (16,),
    "generator.units": (16,),
    "discriminator_units": (16,),
    "adversarial_epochs": 2,
    "samples": 16,
    "body.channels": 16,
    "body.dilations": (1, 2),
    "body.window": 3,
    "body.horizontal_filters": 4,
    "body.vertical_filters": 2,
}
READERS = {
    "text.min_count": 1,  # a name is one item's own
    "text.token_dropout": 0.0,
    "text.dropout": 0.0,
    "training.learning_rate": 0.02,
}
CASES = [(name, "as it comes") for name in recipes_of("retrieval")]
CASES += [("gru", "content"), ("caser", "hybrid"), ("gru", "hashed")]
KILLED = [("gru", "as it comes"), ("mult_dae", "as it comes")]
SERVED = [*KILLED, ("stacked", "as it comes")]
OWN = {  # a generator that is good enough to lose something
    "cfgan": {"training.epochs": 12, "training.patience": 12, "training.batch_size": 16},
}

# A walk along the cycle read as a set has two ends, and either may have come last: who ranks the item after the one and
# that before the other first and second is right half of the time.
BEST_FOR_A_SET = (1 + 1 / np.log2(3)) / 2


def reads_sets(trained) -> bool:
    return isinstance(trained.model, AutoencoderModel)


def small(recipe: Recipe) -> Recipe:
    """The recipe with those of the small settings that it has; the rest, dropout too, as it comes."""
    for name, value in SMALL.items():
        try:
            recipe = recipe.with_settings({name: value})
        except InputError as error:
            assert "there is no setting" in str(error)
    return recipe.with_settings(OWN.get(recipe.name, {}))


@dataclass(frozen=True)
class Trained:
    recipe: Recipe
    source: DataSource
    run: Run
    killed: Path
    split: Split
    model: RetrievalModel | StackedModel

    @functools.cached_property
    def recommender(self) -> Recommender:
        return load(export_saved_model(self.model, self.run.folder.with_name("export"), k_max=ITEMS))


@pytest.fixture(scope="module")
def table(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("data") / "cycle.csv"
    cyclic_interactions(USERS, ITEMS, LENGTH).to_csv(path, index=False)
    items = named_items(ITEMS)
    pd.DataFrame({"item_id": items.ids, **items.columns}).to_csv(path.with_name("items.csv"), index=False)
    return path


@pytest.fixture(scope="module")
def training(table, tmp_path_factory) -> Callable[[tuple[str, str]], Trained]:
    """Trains a case, once for all tests."""

    @functools.cache
    def train_case(case: tuple[str, str]) -> Trained:
        name, kind = case
        recipe, source = small(RECIPES[name]), DataSource(str(table))
        if kind in ("content", "hybrid"):
            recipe = recipe.with_settings({"kind": kind, **READERS})
            source = DataSource(str(table), items=str(table.with_name("items.csv")))
        if kind == "hashed":
            recipe = recipe.with_settings({"hashing.own_rows": 4, "hashing.buckets": 12})
        folder = tmp_path_factory.mktemp(name)
        copies = [CopiesTheRun(EPOCHS - 1, folder / "run", folder / "killed")] if case in KILLED else []
        run = train(recipe, source, folder / "run", copies, verbose=0)
        return Trained(recipe, source, run, folder / "killed", run.split(), run.model())

    return train_case


@pytest.fixture(params=CASES, ids="-".join)
def trained(request, training) -> Trained:
    return training(request.param)


def of(cases: list[tuple[str, str]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("trained", cases, indirect=True, ids="-".join)


def ids_of(histories) -> list[list[str]]:
    return [[f"item_{item}" for item in history] for history in histories]


def test_loss_falls(trained):
    """Of every network but a GAN's, whose losses fall only as far as the other side lets them."""
    histories = list(trained.run.folder.rglob("history.csv"))  # one, or one for each part of a stack or a GAN
    assert histories
    # The items of a set are equally likely; of a sequence the next is certain.
    least = (LENGTH - 2) * np.log(LENGTH - 2) if reads_sets(trained) else 0.0
    for history in histories:
        with history.open(newline="") as file:
            rows = list(csv.DictReader(file))
        if "generator_loss" in rows[0]:
            assert np.isfinite([[float(figure) for figure in row.values()] for row in rows]).all()
            continue
        losses = np.array([float(row["loss"]) for row in rows]) - least
        assert len(losses) == trained.recipe.training.epochs
        assert np.isfinite(losses).all()
        assert losses[-1] < 0.7 * losses[0]


def test_learns_that_the_last_item_determines_the_next(trained):
    metrics = trained.run.metrics()
    popularity = evaluate(
        Popularity.fit(trained.split.train, trained.split.vocabulary),
        trained.split.validation,
        trained.split.vocabulary,
    )
    enough = 0.9 * BEST_FOR_A_SET if reads_sets(trained) else 0.95
    assert metrics["validation/ndcg@10"] > enough
    assert metrics["test/ndcg@10"] > enough
    assert popularity.means()["ndcg@10"] < 0.6


@of([("irgan", "as it comes"), ("cfgan", "as it comes")])
def test_adversarial_training_does_not_lose_what_its_generator_had_learned(trained):
    start = trained.run.folder / "start"
    with (trained.run.folder / "history.csv").open(newline="") as file:
        figures = [float(row["val_ndcg@10"]) for row in csv.DictReader(file)]
    before = Run.open(start).metrics()["validation/ndcg@10"]
    assert min(figures) > 0.95 * before
    assert trained.run.metrics()["validation/ndcg@10"] == pytest.approx(max(before, *figures), abs=1e-6)


def test_weights_loaded_from_the_run_are_those_that_were_measured(trained):
    parts = {"validation": trained.split.validation, "test": trained.split.test}
    if isinstance(trained.model, StackedModel):
        del parts["validation"]  # cross-fitted
    for part, cases in parts.items():
        summary = evaluate(trained.model, cases, trained.split.vocabulary).summary()
        assert {f"{part}/{name}": value for name, value in summary.items()}.items() <= trained.run.metrics().items()


@of(KILLED)
def test_killed_run_called_again_ends_as_if_it_had_not_been(trained):
    assert not Run.open(trained.killed).finished
    resumed = train(trained.recipe, trained.source, trained.killed, verbose=0)
    metrics = "metrics.json"
    assert (resumed.folder / metrics).read_bytes() == (trained.run.folder / metrics).read_bytes()
    model = resumed.model()
    for variable, other in zip(model.trainable_variables, trained.model.trainable_variables, strict=True):
        np.testing.assert_array_equal(variable, other)
    histories = trained.split.test.histories
    again = as_scorer(model).scores(histories)
    np.testing.assert_array_equal(again, as_scorer(trained.model).scores(histories))


@of(SERVED)
def test_export_serves_what_the_model_scores(trained):
    cases, vocabulary = trained.split.test.histories, trained.split.vocabulary
    scores = as_scorer(trained.model).scores(cases)
    scores[:, :FIRST_ITEM] = -np.inf
    for row in range(len(cases)):
        scores[row, cases.row(row)] = -np.inf
    served = trained.recommender.recommend([list(vocabulary.decode(cases.row(row))) for row in range(len(cases))], K)
    for row, recommendations in enumerate(served):
        items = vocabulary.encode([item for item, _ in recommendations])
        own = np.array([score for _, score in recommendations])
        best = np.sort(scores[row])[::-1][:K]
        np.testing.assert_allclose(own, best, rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(own, scores[row, items], rtol=1e-5, atol=1e-5)  # ids, up to ties within 1e-5
        assert len(set(items.tolist())) == K


@of(SERVED)
def test_served_first_is_the_next_on_the_cycle(trained):
    """Histories of the training data's kind: walks along the cycle, of which a set does not know the direction."""
    walks = [[(start + step) % ITEMS for step in range(6)] for start in range(ITEMS)]
    served = trained.recommender.recommend(ids_of(walks), 1)
    right = []
    for row, walk in zip(served, walks, strict=True):
        answers = [(walk[-1] + 1) % ITEMS, *([(walk[0] - 1) % ITEMS] if reads_sets(trained) else [])]
        right.append(row[0][0] in {f"item_{answer}" for answer in answers})
    assert np.mean(right) >= 0.9


@of(SERVED)
def test_new_user_gets_the_popular_items(trained):
    vocabulary = trained.split.vocabulary
    nobody = trained.split.test.histories.select(np.array([0]))
    nobody = type(nobody).from_rows(np.array([], np.int64), np.array([], np.int32), nobody.user_ids)
    np.testing.assert_array_equal(as_scorer(trained.model).scores(nobody)[0], vocabulary.item_counts)
    expected = [(item, float(count)) for item, count in zip(vocabulary.ids[:K], vocabulary.counts[:K], strict=True)]
    assert trained.recommender.recommend([[], ["nobody's item"]], K) == [expected, expected]


@of(SERVED)
def test_unknown_ids_are_passed_over(trained):
    (known,) = ids_of([[3, 4, 5]])
    plain, mixed = trained.recommender.recommend([known, ["?", known[0], "", known[1], "πλ🎬", known[2], "?"]], K)
    assert [item for item, _ in mixed] == [item for item, _ in plain]
    np.testing.assert_allclose([score for _, score in mixed], [score for _, score in plain], rtol=1e-5, atol=1e-5)


@of(SERVED)
def test_only_the_last_items_of_a_long_history_are_read(trained):
    """Longer histories than the model has seen are cut, and all that is in them stays masked."""
    long = [*range(ITEMS), *range(ITEMS - 3)]
    served = trained.recommender.recommend(ids_of([long]), K)
    assert served == [[]]  # everything was seen
    if isinstance(trained.model, StackedModel):
        return  # baselines read all of a history
    cases = type(trained.split.test.histories).from_rows(
        np.zeros(len(long), np.int64),
        trained.split.vocabulary.encode(ids_of([long])[0]),
        np.array(["someone"], dtype=object),
    )
    recent = type(cases).from_rows(np.zeros(12, np.int64), cases.items[-12:], cases.user_ids)
    scorer = as_scorer(trained.model)
    np.testing.assert_array_equal(scorer.scores(cases), scorer.scores(recent))
