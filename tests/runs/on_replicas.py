"""Trains on one device and on two logical CPUs, in a process of its own, and writes what came out, as JSON."""

import json
from pathlib import Path

import numpy as np

import tfrec_dl
from tests.synthetic import cyclic_interactions

# After tfrec_dl, which selects Keras 2.
import tensorflow as tf  # isort: skip

BATCHES = 3
CASES = {
    "gru": ("gru", {}),
    "next_it_net, sampled": ("next_it_net", {"loss": "sampled_softmax", "negatives": 16, "channels": 16}),
    "mult_dae": ("mult_dae", {}),
    "perturbed": ("simple_rnn", {"loss": "bpr", "negatives": 16, "perturbation": "adversarial"}),
    "not to be halved": ("simple_rnn", {"loss": "mixed_softmax", "negatives": 16, "batch_size": 7}),
}


def main(folder: str, answer: str) -> None:
    (cpu,) = tf.config.list_physical_devices("CPU")
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    found = {name: steps(*case) for name, case in CASES.items()}
    Path(answer).write_text(json.dumps({**found, "runs": runs(Path(folder))}))


def strategies() -> list[tf.distribute.Strategy]:
    return [tfrec_dl.make_strategy("none"), tfrec_dl.make_strategy("mirrored")]


def steps(name: str, settings: dict[str, object]) -> list[list[float]]:
    """Of each strategy the loss of the first batches, and the sum of the weights' magnitudes after them."""
    from tfrec_dl.retrieval.fit import compile_model, training_batches
    from tfrec_dl.runs.strategies import training_input

    split = tfrec_dl.leave_last_out(tfrec_dl.Interactions.from_frame(cyclic_interactions(64, 30, 9, noise=0.3)))
    recipe = tfrec_dl.get_recipe(name).with_settings({"max_length": 6, "warm_up": 0, "learning_rate": 0.01, **settings})
    found = []
    for strategy in strategies():
        tf.keras.utils.set_random_seed(3)
        with strategy.scope():
            model = tfrec_dl.build_model(recipe, split.vocabulary)
            batches = training_batches(model.batches, split, recipe.training)
            compile_model(model, recipe.training, batches.steps_per_epoch)
        losses = Losses()
        model.fit(training_input(batches, 0, strategy), steps_per_epoch=BATCHES, callbacks=[losses], verbose=0)
        weights = sum(float(np.abs(variable.numpy()).sum()) for variable in model.trainable_variables)
        found.append([*losses.found, weights])
    return found


def runs(folder: Path) -> dict[str, list[float]]:
    """Validation NDCG@10 of each epoch: alone, by two replicas, and begun by two replicas and gone on with alone."""
    cyclic_interactions(120, 20, 10).to_csv(folder / "table.csv", index=False)
    source = tfrec_dl.DataSource(str(folder / "table.csv"))
    settings = {
        "epochs": 3,
        "patience": 3,
        "batch_size": 16,
        "units": 16,
        "dimension": 16,
        "learning_rate": 0.03,
        "max_length": 8,
    }
    recipe = tfrec_dl.get_recipe("simple_rnn").with_settings(settings)
    alone, both = strategies()

    class Interruption(Exception):
        pass

    class Interrupts(tf.keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1:
                raise Interruption

    tfrec_dl.train(recipe, source, folder / "alone", verbose=0, strategy=alone)
    tfrec_dl.train(recipe, source, folder / "both", verbose=0, strategy=both)
    try:
        tfrec_dl.train(recipe, source, folder / "changed", [Interrupts()], 0, both)
    except Interruption:
        tfrec_dl.train(recipe, source, folder / "changed", verbose=0)
    return {name: history(folder / name) for name in ("alone", "both", "changed")}


def history(folder: Path) -> list[float]:
    import pandas as pd

    return pd.read_csv(folder / "history.csv")["val_ndcg@10"].tolist()


class Losses(tf.keras.callbacks.Callback):
    """The loss of each batch; the model's own metric is a mean over the epoch so far."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[float] = []

    def on_train_batch_begin(self, batch, logs=None):
        self.model.reset_metrics()

    def on_train_batch_end(self, batch, logs=None):
        self.found.append(logs["loss"])
