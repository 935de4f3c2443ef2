"""GANs and perturbed networks trained for a fixed number of epochs on splits without a validation part.

`benchmarks.adversarial` uses this module.

The settings were chosen on data held out of the training part. The metrics are of models trained on all of that part,
where no data are left for early stopping.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import tensorflow as tf

from tfrec_dl.adversarial.build import build_adversarial, generator_recipe
from tfrec_dl.adversarial.train import compile_adversarial
from tfrec_dl.baselines.ease import EASE
from tfrec_dl.baselines.ials import IALS
from tfrec_dl.baselines.popularity import Popularity
from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.splits.split import Split, split_by_part
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.build import build_model
from tfrec_dl.retrieval.fit import compile_model, training_batches
from tfrec_dl.retrieval.fitted_features import FittedTowers
from tfrec_dl.retrieval.model import RetrievalModel
from tfrec_dl.retrieval.perturbation.continued import with_perturbation

# Weights of EASE, and factors and weights of iALS, that are tried on data held out of the training part.
EASE_GRID = (100.0, 200.0, 300.0, 500.0, 700.0, 1_000.0)
IALS_GRID = tuple((factors, weight) for factors in (32, 64, 128) for weight in (5.0, 8.0, 10.0, 12.0, 14.0, 20.0))

Watch = Callable[[str, RetrievalModel], None]


def divide(pairs: pd.DataFrame, tested: np.ndarray) -> Split:
    """A split without a validation part.

    Args:
        pairs: a row an interaction: user_id, item_id.
        tested: [rows] bool, which of them are tested on.
    """
    interactions = Interactions.from_frame(pairs[["user_id", "item_id"]])
    return split_by_part(interactions, np.where(tested, 2, 0)[interactions.order])


def sampled(pairs: pd.DataFrame, users: np.ndarray, share: float, seed: int) -> np.ndarray:
    """[rows] bool: a share of the interactions of each of these users, at random."""
    rng = np.random.default_rng(seed)
    order = pairs.assign(draw=rng.random(len(pairs))).groupby("user_id")["draw"].rank(pct=True)
    found: np.ndarray = pairs["user_id"].isin(users).to_numpy() & (order <= share).to_numpy()
    return found


def user_table(pairs: pd.DataFrame) -> Catalogue:
    """The users' ids as their one feature: with the body `user_only` that is matrix factorisation."""
    ids = pairs["user_id"].drop_duplicates().astype(str)
    return Catalogue.from_frame(pd.DataFrame({"user_id": ids, "id": ids}), "user_id", {"id": "category"})


def start_of(recipe: Recipe) -> Recipe:
    """The recipe of what adversarial training, or a perturbation, begins with."""
    if recipe.family.is_adversarial:
        return generator_recipe(recipe)
    return replace(recipe, training=replace(recipe.training, perturbation=None))


def fitted(recipe: Recipe, split: Split, users: Catalogue | None) -> FittedTowers:
    """What a network learns of the data before it is trained."""
    found: FittedTowers = recipe.family.fitted(recipe.model, split, None, users)
    return found


def pretrained(recipe: Recipe, split: Split, users: Catalogue | None = None) -> RetrievalModel:
    """The generator of a GAN, or any network without its perturbation, trained for all its epochs."""
    recipe = start_of(recipe)
    tf.keras.utils.set_random_seed(recipe.training.seed)
    model = build_model(recipe, split.vocabulary, users=users, fitted=fitted(recipe, split, users))
    batches = training_batches(model.batches, split, recipe.training, user_ids=users is not None)
    compile_model(model, recipe.training, batches.steps_per_epoch)
    model.fit(batches.dataset(), epochs=recipe.training.epochs, steps_per_epoch=batches.steps_per_epoch, verbose=0)
    return model


def trained(
    recipe: Recipe, start: RetrievalModel, split: Split, users: Catalogue | None = None, watch: Watch | None = None
) -> RetrievalModel:
    """The generator, or network, after its last epoch; it and the discriminator begin as copies of `start`.

    Args:
        recipe: of the GAN, or of a network with a perturbation.
        start: of `pretrained`.
        split: what it trains on.
        users: as for `pretrained`.
        watch: called with the epoch's number and the generator after each.
    """

    def copy(of: Recipe) -> RetrievalModel:
        model = build_model(of, split.vocabulary, users=users, fitted=fitted(of, split, users))
        model.set_weights(start.get_weights())
        return model

    tf.keras.utils.set_random_seed(recipe.training.seed)
    batches = training_batches(start.batches, split, recipe.training, user_ids=users is not None)
    if recipe.family.is_adversarial:
        generator = copy(generator_recipe(recipe))
        trained: Any = build_adversarial(recipe, generator, copy(generator_recipe(recipe)))
        compile_adversarial(trained, trained.settings)
        epochs = trained.settings.adversarial_epochs
    else:
        trained = generator = copy(recipe)
        training = with_perturbation(recipe.training)
        compile_model(trained, training, batches.steps_per_epoch)
        epochs = training.epochs

    def after(epoch: int, logs: dict[str, float]) -> None:
        if watch is not None:
            figures = ", ".join(f"{name.replace('_', ' ')} {value:.2f}" for name, value in logs.items())
            watch(f"epoch {epoch + 1} ({figures})", generator)

    trained.fit(
        batches.dataset(),
        epochs=epochs,
        steps_per_epoch=batches.steps_per_epoch,
        callbacks=[tf.keras.callbacks.LambdaCallback(on_epoch_end=after)],
        verbose=0,
    )
    return generator


def baselines(split: Split, ease: float, ials: tuple[int, float]) -> dict[str, object]:
    """Popularity, iALS and EASE, fitted with these settings."""
    data = (split.train, split.vocabulary)
    factors, weight = ials
    return {
        "popularity": Popularity.fit(*data),
        "ials": IALS.fit(*data, factors=factors, regularization=weight),
        "ease": EASE.fit(*data, regularization=ease),
    }
