"""The sequential retrieval model of TensorFlow Recommenders' own tutorial, on our split and with our evaluation.

    python -m benchmarks.tfrs_tutorial --out runs/tfrs_tutorial.json

The model is as published (tensorflow.org/recommenders/examples/sequential_retrieval). It reads the last 10 items before
each target as strings, padded at the end. It has embeddings and a GRU of width 32, `tfrs.tasks.Retrieval` over the
12,800 targets of a batch, and Adagrad at 0.1. Examples are shuffled once. As in the tutorial, its metrics are off in
training. Validation NDCG@10 is ours.
"""

import json
import time
from pathlib import Path
from typing import Annotated

import numpy as np
import tensorflow_recommenders as tfrs
import typer

import tfrec_dl
from benchmarks.timing import use_threads
from tfrec_dl.data.histories import Histories
from tfrec_dl.evaluation.scorer import FactorScorer
from tfrec_dl.metrics import NDCG

# After tfrec_dl, which selects Keras 2.
import tensorflow as tf  # isort: skip

WIDTH, CONTEXT, BATCH = 32, 10, 12_800
NO_ITEM = "0"  # what the tutorial pads with: unknown to its vocabulary


class TutorialModel(tfrs.Model):
    """The tutorial's two towers."""

    def __init__(self, item_ids: np.ndarray) -> None:
        super().__init__()

        def embedding() -> list[tf.keras.layers.Layer]:
            lookup = tf.keras.layers.StringLookup(vocabulary=item_ids, mask_token=None)
            return [lookup, tf.keras.layers.Embedding(len(item_ids) + 1, WIDTH)]

        self.query_model = tf.keras.Sequential([*embedding(), tf.keras.layers.GRU(WIDTH)])
        self.candidate_model = tf.keras.Sequential(embedding())
        self.task = tfrs.tasks.Retrieval()

    def compute_loss(self, features: dict[str, tf.Tensor], training: bool = False) -> tf.Tensor:
        query = self.query_model(features["context_movie_id"])
        return self.task(query, self.candidate_model(features["label_movie_id"]), compute_metrics=False)


class TutorialScorer(FactorScorer):
    """Scores with the model's towers as they are now."""

    def __init__(self, vocabulary: tfrec_dl.data.Vocabulary, model: TutorialModel) -> None:
        known = model.candidate_model(tf.constant(vocabulary.ids.astype(str))).numpy()
        super().__init__(vocabulary, np.concatenate([np.zeros((vocabulary.size - len(known), WIDTH)), known]))
        self.model = model

    def queries(self, histories: Histories) -> np.ndarray:
        ids = np.concatenate([[NO_ITEM, NO_ITEM], self.vocabulary.ids.astype(str)])
        contexts = tf.constant(ids[histories.padded(CONTEXT)])
        return np.concatenate(
            [
                self.model.query_model(contexts[start : start + BATCH]).numpy()
                for start in range(0, len(contexts), BATCH)
            ]
        )


class Watch(tf.keras.callbacks.Callback):
    """Training seconds and validation NDCG@10 of each pass; ends at the target, or within a pass when time is up."""

    def __init__(self, split: tfrec_dl.Split, target: float, seconds: float) -> None:
        super().__init__()
        self.split, self.target, self.limit = split, target, seconds
        self.earlier = 0.0
        self.passes: list[dict[str, float]] = []

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.start, self.batches = time.perf_counter(), 0

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        self.seconds, self.batches = time.perf_counter() - self.start, batch + 1
        if self.earlier + self.seconds >= self.limit:
            self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.earlier += self.seconds
        scorer = TutorialScorer(self.split.vocabulary, self.model)
        report = tfrec_dl.evaluate(scorer, self.split.validation, self.split.vocabulary, metrics=[NDCG(10)])
        score = report.means()["ndcg@10"]
        row = {"epoch": epoch + 1, "seconds": self.seconds, "training_seconds": self.earlier, "batches": self.batches}
        self.passes.append({**row, "validation/ndcg@10": score})
        print(f"pass {epoch + 1:3}  {self.seconds:7.1f} s  validation NDCG@10 {score:.4f}", flush=True)
        if score >= self.target:
            self.model.stop_training = True


def examples(split: tfrec_dl.Split, seed: int) -> tf.data.Dataset:
    """The tutorial's batches: every item but a history's first is a label once, behind the 10 items before it."""
    items, offsets = split.train.items.astype(np.int64), split.train.offsets
    first = np.repeat(offsets[:-1], np.diff(offsets))
    at = np.arange(len(items))
    labels = at[at > first]
    begin = np.maximum(first[labels], labels - CONTEXT)
    position = begin[:, None] + np.arange(CONTEXT)
    inside = position < labels[:, None]
    contexts = np.where(inside, items[np.where(inside, position, 0)], 0)
    order = np.random.default_rng(seed).permutation(len(labels))
    ids = tf.constant(np.concatenate([[NO_ITEM, NO_ITEM], split.vocabulary.ids.astype(str)]))

    def as_strings(context: tf.Tensor, label: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"context_movie_id": tf.gather(ids, context), "label_movie_id": tf.gather(ids, label)}

    dataset = tf.data.Dataset.from_tensor_slices((contexts[order], items[labels][order]))
    return dataset.batch(BATCH).map(as_strings).cache()


def main(
    out: Annotated[Path, typer.Option(help="Result file (JSON).")],
    data: Annotated[Path, typer.Option(help="Table of interactions.")] = Path("../shared/data/ml-1m/ratings.csv.gz"),
    epochs: Annotated[int, typer.Option(help="Maximum number of passes; the tutorial uses 3.", min=1)] = 3,
    target: Annotated[float, typer.Option(help="Stop at this validation NDCG@10.")] = float("inf"),
    seconds: Annotated[float, typer.Option(help="Maximum training time.")] = float("inf"),
    users: Annotated[int | None, typer.Option(help="Use only the first users, for a smoke test.")] = None,
    threads: Annotated[int, typer.Option(min=1)] = 2,
    seed: Annotated[int, typer.Option()] = 0,
) -> None:
    """Trains, and writes what it found."""
    use_threads(threads)
    tf.keras.utils.set_random_seed(seed)
    split = tfrec_dl.leave_last_out(read(data, users))
    model = TutorialModel(split.vocabulary.ids.astype(str))
    model.compile(optimizer=tf.keras.optimizers.Adagrad(learning_rate=0.1))
    watch = Watch(split, target, seconds)
    model.fit(examples(split, seed), epochs=epochs, callbacks=[watch], verbose=0)
    targets = int(np.maximum(split.train.lengths - 1, 0).sum())
    result = {"library": f"TensorFlow Recommenders {tfrs.__version__}", "model": "sequential retrieval tutorial"}
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps({**result, "targets_per_pass": targets, "passes": watch.passes}, indent=1) + "\n")


def read(data: Path, users: int | None) -> tfrec_dl.Interactions:
    """The interactions, of the table's first users alone where a number is given."""
    if users is None:
        return tfrec_dl.Interactions.read(data)
    import pandas as pd

    table = pd.read_csv(data)
    return tfrec_dl.Interactions.from_frame(table[table["user_id"].isin(table["user_id"].unique()[:users])])


if __name__ == "__main__":
    typer.run(main)
