"""Trains Caser (convolutions over the history) with plain Keras: `python examples/train_caser.py --epochs 10`."""

import argparse

import tensorflow as tf

import tfrec_dl  # before the first use of tf.keras: it selects Keras 2
from tfrec_dl.data import demo_table
from tfrec_dl.encoders import Caser, sequence_encoder
from tfrec_dl.losses import SampledSoftmax
from tfrec_dl.retrieval import id_tower

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--epochs", type=int, default=10)
arguments = parser.parse_args()

# Uses only ratings of 4 and above. The temporal split tests on what users watched last.
frame = demo_table()
liked = frame[frame["rating"] >= 4].drop(columns="rating")
interactions = tfrec_dl.Interactions.from_frame(liked)
split = tfrec_dl.temporal(interactions)
vocabulary = split.vocabulary

# The tower has its own item table, separate from the encoder's. Training uses 512 sampled negatives per step.
body = Caser(window=5, horizontal_filters=16, vertical_filters=4, units=128, dropout=0.3)
encoder = sequence_encoder(64, body.states, dimension=64)
tower = id_tower(tf.keras.layers.Embedding(vocabulary.size, 64), vocabulary.item_counts)
model = tfrec_dl.retrieval.RetrievalModel(
    encoder,
    tower,
    vocabulary,
    SampledSoftmax(negatives=512),
    max_length=50,
    history_embedding=tf.keras.layers.Embedding(vocabulary.size, 64),
)

windows = tfrec_dl.data.TrainingWindows(split.train, tfrec_dl.data.WindowConfig(max_length=50, batch_size=64))
model.compile(optimizer=tfrec_dl.runs.RowSparseAdam(3e-3))
model.fit(
    windows.dataset(),
    steps_per_epoch=windows.steps_per_epoch,
    epochs=arguments.epochs,
    callbacks=[
        tfrec_dl.retrieval.ValidationCallback(split.validation),
        tf.keras.callbacks.EarlyStopping("val_ndcg@10", mode="max", patience=2, restore_best_weights=True),
    ],
)

for metric, value in tfrec_dl.evaluate(model, split.test, vocabulary).summary().items():
    print(f"{metric:20} {value:.4f}")
