"""Conversion rates over all impressions: ESMM, and models that learn conversions from clicks alone.

    python -m benchmarks.esmm [--correlation 0.8] [--users 1000] [--items 500] [--seed 0]

The data are a million impressions of a synthetic world whose click and conversion rates are known. Users and items have
vectors. The log-odds of a click are the sum of how much the user clicks, how much the item attracts, and how well their
vectors match. The log-odds of a conversion are a sum of the same kind with separate terms. The user's part, the item's
part and the item's vector correlate with those for clicks (`--correlation`). This has three consequences:
- Items that are clicked more are also bought more.
- The clicks, which are few, are a biased sample of the impressions.
- Much of what can be learned about users and items is in who clicks what.

Which items are shown to whom depends only on how often each user and each item is shown at all. Nothing is hidden:
conversions depend on user and item, and the networks know both by their ids.

Three models with the same network and sizes are compared: ESMM (conversions through pCTCVR over all impressions),
conversions learned on clicks with vectors shared with the click head, and conversions learned on clicks alone. Settings
(from the same choices for each model) and the number of steps are chosen by each model's own loss on the validation
part. The known rates play no part in this.
"""

import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import typer
from rich.console import Console

import tfrec_dl  # noqa: F401  (selects Keras 2)
from tfrec_dl.ranking.features.fields import Fields
from tfrec_dl.ranking.objectives import Click, Conversion, FittedObjective
from tfrec_dl.ranking.rankers import DeepFM
from tfrec_dl.ranking.sharing import SharedEmbeddings

import tensorflow as tf  # isort: skip

MEANS = 0.02, 0.01  # of clicks and conversions at average log-odds
TASTES = 4  # components of the world's vectors
TRAIN, VALIDATION = 0.8, 0.1  # shares of the impressions; the rest is test

WIDTH, UNITS = 8, (64, 32)  # of the networks' vectors and hidden layers
SETTINGS = list(itertools.product((64.0, 256.0), (0.3, 0.5)))  # precision of the vectors' prior, dropout
LEARNING_RATE = 0.02
LOOKS = 30  # at validation, two a pass over the training rows, at most
HALVINGS = 4  # of the learning rate, each after a look without a better figure, which goes back to the best


@dataclass(frozen=True)
class World:
    """Impressions with what came of them, and the rates they were drawn by; all [n]."""

    users: np.ndarray
    items: np.ndarray
    click_rates: np.ndarray
    conversion_rates: np.ndarray
    clicks: np.ndarray
    conversions: np.ndarray


def world(impressions: int, users: int, items: int, correlation: float, seed: int) -> World:
    generator = np.random.default_rng(seed)

    def partner(values: np.ndarray) -> np.ndarray:
        """Of the same distribution, and correlated."""
        return correlation * values + np.sqrt(1 - correlation**2) * generator.normal(
            scale=values.std(), size=values.shape
        )

    def drawn(count: int, exponent: float) -> np.ndarray:
        weights = np.exp(generator.normal(scale=exponent, size=count))
        return generator.choice(count, impressions, p=weights / weights.sum()).astype(np.int32)

    user, item = drawn(users, 0.7), drawn(items, 1.0)
    active, attractive = generator.normal(scale=0.5, size=users), generator.normal(scale=0.7, size=items)
    tastes = generator.normal(size=(users, TASTES))
    kinds = generator.normal(scale=TASTES**-0.5, size=(items, TASTES))

    def rates(mean: float, of_user: np.ndarray, of_item: np.ndarray, vectors: np.ndarray) -> np.ndarray:
        match = np.einsum("rk,rk->r", tastes[user], vectors[item])
        return sigmoid(np.log(mean / (1 - mean)) + of_user[user] + of_item[item] + match)

    click_rates = rates(MEANS[0], active, attractive, kinds)
    conversion_rates = rates(MEANS[1], partner(active), partner(attractive), partner(kinds))
    clicks = generator.random(impressions) < click_rates
    conversions = clicks & (generator.random(impressions) < conversion_rates)
    return World(user, item, click_rates, conversion_rates, clicks.astype(np.float32), conversions.astype(np.float32))


def sigmoid(logits: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-logits))


def build(users: int, items: int, objectives: Sequence[FittedObjective], dropout: float) -> tf.keras.Model:
    """User and item [R] int32 -> {head: logits [R, 1]}."""
    inputs = {name: tf.keras.Input([], dtype=tf.int32, name=name) for name in ("user", "item")}
    sizes = {"user": users, "item": items}
    user, item = (
        tf.keras.layers.Embedding(sizes[name], WIDTH, tf.keras.initializers.RandomNormal(stddev=0.1))(ids)
        for name, ids in inputs.items()
    )
    history = tf.keras.layers.Lambda(lambda vectors: vectors[:, None][:, :0])(user)  # nobody's is known
    mask = tf.keras.layers.Lambda(lambda past: tf.zeros(tf.shape(past)[:2], tf.bool))(history)
    fields = Fields(user, item, (), history, mask)
    heads: dict[str, FittedObjective] = {objective.config.name: objective for objective in objectives}
    outputs = {}
    for head, hidden in SharedEmbeddings().hidden(fields, DeepFM(units=UNITS, dropout=dropout), tuple(heads)).items():
        outputs[head] = heads[head].outputs(tf.keras.layers.Dense(1)(hidden))
    return tf.keras.Model(inputs, outputs)


class Training:
    """Adam on the objectives' losses and a Gaussian prior of the vectors, with early stopping."""

    def __init__(self, log: World, rows: np.ndarray, objectives: Sequence[FittedObjective], batch_size: int) -> None:
        self.objectives, self.batch_size = objectives, batch_size
        self.rows = rows
        self.fed = {name: tf.constant(getattr(log, f"{name}s")) for name in ("user", "item", "click", "conversion")}

    def loss(self, model: tf.keras.Model, rows: tf.Tensor, training: bool) -> tf.Tensor:
        fed = {name: tf.gather(values, rows) for name, values in self.fed.items()}
        outputs = model({"user": fed["user"], "item": fed["item"]}, training=training)
        ones = tf.ones(tf.shape(rows))
        return tf.add_n([each.loss(outputs, fed, tf.zeros_like(rows), ones) for each in self.objectives])

    def fit(self, model: tf.keras.Model, precision: float, validation: np.ndarray, seed: int) -> float:
        """The least loss on validation; the model has its weights."""
        optimizer = tf.keras.optimizers.Adam(LEARNING_RATE)
        tables = [layer.embeddings for layer in model.layers if isinstance(layer, tf.keras.layers.Embedding)]

        @tf.function
        def steps(batches: tf.Tensor) -> None:
            for rows in batches:
                with tf.GradientTape() as tape:
                    prior = tf.add_n([tf.nn.l2_loss(table) for table in tables])
                    loss = self.loss(model, rows, training=True) + precision / len(self.rows) * prior
                gradients = tape.gradient(loss, model.trainable_variables)
                optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))

        held_out = tf.function(lambda: self.loss(model, tf.constant(validation), training=False))
        generator = np.random.default_rng(seed)
        look = max(1, len(self.rows) // (2 * self.batch_size))
        best, weights, halvings = np.inf, model.get_weights(), 0
        for _ in range(LOOKS):
            steps(tf.constant(generator.choice(self.rows, (look, self.batch_size))))
            found = float(held_out())
            if found < best:
                best, weights = found, model.get_weights()
                continue
            halvings += 1
            if halvings > HALVINGS:
                break
            model.set_weights(weights)
            optimizer.learning_rate.assign(0.5 * optimizer.learning_rate.numpy())
        model.set_weights(weights)
        return best


def chosen(
    log: World, parts: Sequence[np.ndarray], objectives: Sequence[FittedObjective], batch_size: int, seed: int
) -> tuple[tf.keras.Model, float, str]:
    """The model of the best settings on validation, its loss there, and the settings."""
    training = Training(log, parts[0], objectives, batch_size)
    found = []
    for precision, dropout in SETTINGS:
        tf.keras.utils.set_random_seed(seed)
        model = build(log.users.max() + 1, log.items.max() + 1, objectives, dropout)
        loss = training.fit(model, precision, parts[1], seed)
        found.append((loss, model, f"prior {precision:g}, dropout {dropout:g}"))
    loss, model, settings = min(found, key=lambda each: each[0])
    return model, loss, settings


def errors(predicted: np.ndarray, known: np.ndarray) -> list[float]:
    """Mean absolute error, root of the mean squared one, log loss in expectation, mean."""
    kept = np.clip(predicted.astype(np.float64), 1e-7, 1 - 1e-7)
    log_loss = -(known * np.log(kept) + (1 - known) * np.log1p(-kept)).mean()
    return [np.abs(kept - known).mean(), np.sqrt(np.square(kept - known).mean()), log_loss, kept.mean()]


def main(
    correlation: Annotated[
        float, typer.Option(help="Correlation between what drives conversions and what drives clicks.", min=0, max=1)
    ] = 0.8,
    impressions: Annotated[int, typer.Option(min=1000)] = 1_000_000,
    users: Annotated[int, typer.Option(min=1)] = 1_000,
    items: Annotated[int, typer.Option(min=1)] = 500,
    seed: Annotated[int, typer.Option(min=0)] = 0,
) -> None:
    console = Console()
    log = world(impressions, users, items, correlation, seed)
    order = np.random.default_rng(seed).permutation(impressions).astype(np.int32)
    train, validation, test = np.split(order, (np.array([TRAIN, TRAIN + VALIDATION]) * impressions).astype(int))
    known = log.conversion_rates[test]
    clicked = log.clicks > 0
    odds = [np.log(rates / (1 - rates)) for rates in (log.click_rates, log.conversion_rates)]
    console.print(
        f"{impressions:,} impressions, {clicked.mean():.1%} clicked; {log.conversions[clicked].mean():.1%} "
        f"of the clicks convert, {log.conversion_rates.mean():.1%} of all impressions would; correlation of a click's "
        f"and a conversion's log-odds {np.corrcoef(odds)[0, 1]:.2f}\n",
        soft_wrap=True,
    )
    labels = {"click": log.clicks[train], "conversion": log.conversions[train]}
    click, on_all, on_clicks = (
        FittedObjective.of(config, labels) for config in (Click(), Conversion(), Conversion(trained_on="clicks"))
    )
    impressed, of_clicks = (train, validation), (train[clicked[train]], validation[clicked[validation]])
    models = {
        "ESMM": ((click, on_all), impressed, 4096),
        "conversions on clicks, shared vectors": ((click, on_clicks), impressed, 4096),
        "conversions on clicks alone": ((on_clicks,), of_clicks, 512),
    }
    console.print(
        "| model | MAE | RMSE | log loss | mean | MAE, not clicked | settings | seconds |",
        "|---|" + "---:|" * 5 + "---|---:|",
        sep="\n",
        soft_wrap=True,
    )

    def add(name: str, predicted: np.ndarray, *others: str) -> float:
        apart = errors(predicted[~clicked[test]], known[~clicked[test]])[0]
        figures = errors(predicted, known)
        cells = (name, *(f"{figure:.4f}" for figure in (*figures, apart)), *others)
        console.print(f"| {' | '.join(cells)} |", soft_wrap=True)
        return figures[0]

    add("known rates", known, "", "")
    add("conversion rate of the clicks", np.full(len(test), log.conversions[train][clicked[train]].mean()), "", "")
    reached = {}
    for name, (objectives, parts, batch_size) in models.items():
        start = time.perf_counter()
        model, _, settings = chosen(log, parts, objectives, batch_size, seed)
        outputs = model.predict({"user": log.users[test], "item": log.items[test]}, 65_536, verbose=0)["conversion"]
        reached[name] = add(name, sigmoid(outputs[:, 0]), settings, f"{time.perf_counter() - start:.0f}")
    ratio = reached["ESMM"] / reached["conversions on clicks alone"]
    console.print(f"\nESMM's MAE is {ratio:.2f} of that of conversions on clicks alone")


if __name__ == "__main__":
    typer.run(main)
