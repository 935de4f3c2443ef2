"""Recipes of GANs: generator and discriminator by name, settings of one or of both, and what fits together."""

import csv
import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.items import item_ids, named_items, vocabulary_of
from tests.synthetic import cyclic_interactions
from tfrec_dl.adversarial.build import build_adversarial, discriminator_recipe, generator_recipe
from tfrec_dl.adversarial.configuration import CFGANConfig, IRGANConfig
from tfrec_dl.adversarial.losses import LeastSquares, Minimax, NonSaturating, Wasserstein
from tfrec_dl.data.source import DataSource
from tfrec_dl.data.vocabulary import FIRST_ITEM, Vocabulary
from tfrec_dl.encoders import GRU, Caser, UserOnly
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.scorer import as_scorer
from tfrec_dl.families.run import Run
from tfrec_dl.lifecycle.load import load
from tfrec_dl.lifecycle.train import train
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.build import build_model
from tfrec_dl.serving.export import export_saved_model

GAMES = ("irgan", "cfgan")


@pytest.fixture
def irgan() -> Recipe:
    return RECIPES["irgan"]


@pytest.fixture
def cfgan() -> Recipe:
    return RECIPES["cfgan"]


def networks_of(recipe: Recipe) -> tuple[Any, Any]:
    assert isinstance(recipe.model, IRGANConfig)
    return recipe.model.generator, recipe.model.discriminator


def test_both_networks_are_given_by_the_names_of_recipes(irgan):
    changed = irgan.with_settings({"window": "3", "generator": "caser", "discriminator": "gru"})
    generator, discriminator = networks_of(changed)
    assert generator.body == Caser(window=3)
    assert discriminator.body == GRU()
    changed = irgan.with_settings({"generator": "mult_dae", "discriminator": "mult_dae", "generator.units": "40,20"})
    assert changed.model.generator.units == (40, 20)
    assert changed.model.discriminator == RECIPES["mult_dae"].model


def test_a_setting_holds_for_both_networks_or_for_the_one_named(irgan):
    changed = irgan.with_settings({"dimension": 7, "units": "11", "discriminator.body.units": 9, "loss": "bpr"})
    generator, discriminator = networks_of(changed)
    assert (generator.dimension, discriminator.dimension) == (7, 7)
    assert generator.loss.name == discriminator.loss.name == "bpr"
    assert discriminator.body.units == 9
    assert generator.body.units == 11


def test_body_is_given_by_name(irgan):
    assert irgan.with_settings({"body": "user_only"}).model.generator.body == UserOnly()
    changed = irgan.with_settings({"body.window": "3", "generator.body": "caser"})
    assert changed.model.generator.body == Caser(window=3)
    assert changed.model.discriminator.body == GRU()


def test_adversarial_loss_is_given_by_name_with_its_settings(irgan, cfgan):
    assert irgan.model.adversarial_training.adversarial_loss == Minimax()
    assert cfgan.model.adversarial_training.adversarial_loss == LeastSquares()
    for recipe in (irgan, cfgan):
        assert (
            recipe.with_settings({"adversarial_loss": "non_saturating"}).model.adversarial_training.adversarial_loss
            == NonSaturating()
        )
        smooth = recipe.with_settings({"label_smoothing": "0.1", "adversarial_loss": "least_squares"})
        assert smooth.model.adversarial_training.adversarial_loss == LeastSquares(label_smoothing=0.1)
    critic = cfgan.with_settings({"adversarial_loss": "wasserstein", "gradient_penalty": "5"})
    assert critic.model.adversarial_training.adversarial_loss == Wasserstein(gradient_penalty=5)


def test_each_side_has_a_learning_rate_of_its_own_beside_that_of_pre_training(cfgan):
    changed = cfgan.with_settings(
        {"generator_learning_rate": "1e-5", "discriminator_learning_rate": 2e-3, "learning_rate": 0.01}
    )
    assert changed.training.learning_rate == 0.01
    assert changed.model.adversarial_training.generator_learning_rate == 1e-5
    assert changed.model.adversarial_training.discriminator_learning_rate == 2e-3


def test_widths_of_cfgans_networks_are_set_apart(cfgan):
    changed = cfgan.with_settings({"units": "32, 16", "discriminator_units": "8"})
    assert changed.model.generator.units == (32, 16)
    assert changed.model.adversarial_training.discriminator_units == (8,)


def test_settings_leave_the_recipe_they_were_made_from(irgan):
    changed = irgan.with_settings(
        {"adversarial_epochs": 3, "likelihood": 0, "entropy": 0.1, "temperature": 0.5, "choices": 9}
    )
    gan = changed.model.adversarial_training
    assert (gan.adversarial_epochs, gan.likelihood, gan.entropy, gan.temperature, gan.choices) == (
        3,
        0,
        0.1,
        0.5,
        9,
    )
    assert irgan.with_settings({}) == irgan == RECIPES["irgan"]


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("irgan", {"generator": "caser", "adversarial_loss": "least_squares", "label_smoothing": 0.2, "loss": "bpr"}),
        ("irgan", {"generator": "mult_dae", "discriminator": "mult_dae", "generator.units": (8, 4)}),
        ("cfgan", {"adversarial_loss": "wasserstein", "discriminator_units": (8, 4), "units": (5, 6)}),
        ("mult_dae", {"units": (5, 6), "activation": "tanh"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_recipe_comes_back_from_json(name, settings):
    recipe = RECIPES[name].with_settings(settings)
    assert recipe != RECIPES[name]
    assert Recipe.from_dict(json.loads(json.dumps(recipe.to_dict()))) == recipe


@pytest.mark.parametrize("name", ["irgan", "cfgan"])
def test_settings_by_the_names_of_earlier_versions_are_read(name):
    now = {"adversarial_epochs": 3, "adversarial_patience": 2, "model.adversarial_training.likelihood": 0.5}
    old = {"game_epochs": 3, "game_patience": 2, "model.game.likelihood": 0.5, "game_loss": "non_saturating"}
    recipe = RECIPES[name].with_settings({**now, "adversarial_loss": "non_saturating"})
    assert RECIPES[name].with_settings(old) == recipe
    values = json.loads(json.dumps(recipe.to_dict()))
    game = values["model"].pop("adversarial_training")
    values["model"]["game"] = {key.replace("adversarial_", "game_"): value for key, value in game.items()}
    assert Recipe.from_dict(values) == recipe


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("irgan", {"generator": "gur"}, "no recipe is called 'gur': did you mean 'gru'?"),
        ("irgan", {"generator": "cfgan"}, "'cfgan' is several networks, not one: choose one of simple_rnn,"),
        ("irgan", {"generator": "stacked"}, "'stacked' is several networks, not one"),
        (
            "irgan",
            {"adversarial_loss": "wasserstein"},
            "setting model.adversarial_training.adversarial_loss is {'name': 'wasserstein'",
        ),
        (
            "cfgan",
            {"adversarial_loss": "hinge"},
            "setting model.adversarial_training.adversarial_loss is {'name': 'hinge'}: no adversarial loss is called",
        ),
        (
            "cfgan",
            {"label_smoothing": 1},
            "setting model.adversarial_training.adversarial_loss.label_smoothing is 1: Input should be less",
        ),
        ("cfgan", {"gradient_penalty": 1}, "there is no setting 'gradient_penalty'"),
        ("irgan", {"generator.body.units": 0}, "setting model.generator.body.units is 0: Input should be greater"),
        (
            "irgan",
            {"body": "caserr"},
            "setting model.generator.body is {'name': 'caserr'}: no encoder is called",
        ),
        (
            "irgan",
            {"samples": 1},
            "setting model.adversarial_training.samples is 1: Input should be greater than or equal to 2",
        ),
        (
            "irgan",
            {"temperature": 0},
            "setting model.adversarial_training.temperature is 0: Input should be greater than 0",
        ),
        ("irgan", {"partial_masking": 0.1}, "there is no setting 'partial_masking'"),
        (
            "cfgan",
            {"partial_masking": 1.1},
            "setting model.adversarial_training.partial_masking is 1.1: Input should be less",
        ),
        ("cfgan", {"zero_reconstruction": -0.1}, "setting model.adversarial_training.zero_reconstruction is -0.1"),
        ("cfgan", {"generator": "gru"}, "setting model.generator"),
        ("cfgan", {"units": ""}, "setting model.generator.units is []"),
        ("cfgan", {"discriminator_units": "4,0"}, "setting model.adversarial_training.discriminator_units.1 is '0'"),
        (
            "cfgan",
            {"adversarial": 0},
            "setting model.adversarial_training.adversarial is 0: Input should be greater than 0",
        ),
        ("cfgan", {"likelihood": "nan"}, "setting model.adversarial_training.likelihood is 'nan'"),
    ],
    ids=str,
)
def test_wrong_setting_is_one_clear_line(name, settings, message):
    with pytest.raises(InputError) as refused:
        RECIPES[name].with_settings(settings)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", GAMES)
def test_gan_is_made_of_recipes_that_train_alone(name):
    recipe = RECIPES[name].with_settings({"epochs": 3, "seed": 4})
    assert isinstance(recipe.model, IRGANConfig | CFGANConfig)
    start = generator_recipe(recipe)
    assert start.model == recipe.model.generator
    assert start.training == recipe.training


def test_discriminator_is_pre_trained_where_it_is_another_network_than_the_generator(irgan, cfgan):
    assert discriminator_recipe(irgan) is None  # begins with the generator's weights
    assert discriminator_recipe(cfgan) is None  # begins untrained
    other = discriminator_recipe(irgan.with_settings({"discriminator": "caser", "epochs": 3}))
    assert other is not None
    assert other.model == RECIPES["caser"].model
    assert other.training.epochs == 3


@pytest.mark.parametrize("name", GAMES)
def test_gan_is_not_built_as_one_model(name):
    with pytest.raises(InputError, match=f"'{name}' is made of several networks"):
        build_model(RECIPES[name], vocabulary_of(item_ids(3)))


def test_gan_is_not_built_of_networks_that_are_not_its_own(irgan, cfgan):
    network = build_model(RECIPES["gru"].with_settings({"units": 3, "dimension": 3}), vocabulary_of(item_ids(3)))
    for recipe in (irgan, cfgan, RECIPES["gru"]):
        with pytest.raises(InputError, match="does not train these networks adversarially") as refused:
            build_adversarial(recipe, network)
        assert "\n" not in str(refused.value)


ITEMS = 20
SMALL = {
    "dimension": 16,
    "body.units": 16,
    "epochs": 6,
    "max_length": 12,
    "context": 0,
    "batch_size": 8,
    "learning_rate": 0.02,
    "adversarial_epochs": 2,
    "samples": 8,
    "text.min_count": 1,
    "text.token_dropout": 0.0,
    "text.dropout": 0.0,
}


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> DataSource:
    """Walks along a cycle of items that have names."""
    folder = tmp_path_factory.mktemp("data")
    cyclic_interactions(100, ITEMS, 10).to_csv(folder / "cycle.csv", index=False)
    items = named_items(ITEMS)
    pd.DataFrame({"item_id": items.ids, **items.columns}).to_csv(folder / "items.csv", index=False)
    return DataSource(str(folder / "cycle.csv"), items=str(folder / "items.csv"))


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("irgan", {"generator": "mult_dae"}, "the generator is of family 'autoencoder', the discriminator of 'retr"),
        ("irgan", {"generator.kind": "content", "generator": "gru"}, "kind is 'behaviour': choose 'content' or 'hyb"),
        ("irgan", {"generator": "mult_dae", "discriminator": "mult_dae"}, "an autoencoder knows items by their ids"),
        ("cfgan", {}, "an autoencoder knows items by their ids"),
        ("mult_dae", {}, "an autoencoder knows items by their ids"),
    ],
    ids=str,
)
def test_networks_that_cannot_have_what_is_given_are_refused_before_anything_is_written(
    name, settings, message, source, tmp_path
):
    items = None if "family" in message else source.items
    with pytest.raises(InputError, match=message) as refused:
        train(RECIPES[name].with_settings(settings), DataSource(source.path, items=items), tmp_path / "run", verbose=0)
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "run").exists()


def test_generator_and_discriminator_may_know_items_by_their_features(source, tmp_path):
    """A generator of content against a hybrid discriminator: trains, is kept, and serves what it scores."""
    body = {"body": "caser", "window": 3, "horizontal_filters": 4, "vertical_filters": 2}
    kinds = {"generator.kind": "content", "discriminator.kind": "hybrid"}
    run = train(RECIPES["irgan"].with_settings(SMALL | body | kinds), source, tmp_path / "run", verbose=0)
    assert Run.open(tmp_path / "run" / "discriminator").recipe.to_dict()["model"]["kind"] == "hybrid"
    metrics = run.metrics()
    assert metrics["validation/ndcg@10"] > 0.9
    assert metrics["test_gain/ndcg@10"] == pytest.approx(
        metrics["test/ndcg@10"] - metrics["test_start/ndcg@10"], abs=1e-6
    )
    recommender = load(export_saved_model(run.model(), tmp_path / "export"))
    walks = [[(start + step) % ITEMS for step in range(5)] for start in range(ITEMS)]
    served = recommender.recommend([[f"item_{item}" for item in walk] for walk in walks], 1)
    right = [row[0][0] == f"item_{(walk[-1] + 1) % ITEMS}" for row, walk in zip(served, walks, strict=True)]
    assert np.mean(right) >= 0.9


def test_matrix_factorisation_trains_as_in_the_paper(source, tmp_path):
    """The users' ids are all that generator and discriminator read; each has a trained user tower."""
    users = tmp_path / "users.csv"
    ids = [f"user_{user}" for user in range(100)]
    pd.DataFrame({"user_id": ids, "id": ids}).to_csv(users, index=False)
    with_users = DataSource(source.path, users=str(users), user_kinds={"id": "category"})
    settings = {"body": "user_only", "categories.min_count": "1", "generator_learning_rate": 0.01, "epochs": 2}
    recipe = RECIPES["irgan"].with_settings(
        {name: value for name, value in SMALL.items() if name != "body.units"} | settings
    )
    run = train(recipe, with_users, tmp_path / "run", verbose=0)
    start, model = Run.open(tmp_path / "run" / "start").model(), run.model()
    assert model.user_tower is not None
    histories = run.split().test.histories
    scores = as_scorer(model).scores(histories)
    assert np.isfinite(scores[:, FIRST_ITEM:]).all()
    assert np.abs(scores[0] - scores[1])[FIRST_ITEM:].max() > 1e-3
    with (run.folder / "history.csv").open(newline="") as file:
        figures = [float(row["val_ndcg@10"]) for row in csv.DictReader(file)]
    better = max(figures) > Run.open(run.folder / "start").metrics()["validation/ndcg@10"]
    assert (as_scorer(start).scores(histories) != scores).any() == better


def test_a_generator_given_by_name_comes_with_how_it_is_trained(irgan):
    sets = irgan.with_settings({"generator": "mult_dae", "discriminator": "mult_dae"})
    assert sets.training == RECIPES["mult_dae"].training
    assert sets.with_settings({"generator": "gru"}).training == sets.training  # gru's is nothing special
    assert irgan.with_settings({"epochs": 3, "generator": "mult_dae"}).training.epochs == 3
    stack = RECIPES["stacked"].with_settings({"members": "gru,mult_dae"})
    assert [each.training for each in stack.model.members.values()] == [None, RECIPES["mult_dae"].training]


def test_a_network_that_reads_nothing_of_anyone_is_refused():
    recipe = RECIPES["gru"].with_settings({"body": "user_only"})
    with pytest.raises(InputError, match="give a table of users"):
        build_model(recipe, Vocabulary.build(np.array(["a", "b"], object), np.array([0, 1, 1])))
