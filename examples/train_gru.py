"""Trains a GRU recommender on a DataFrame with plain Keras: `python examples/train_gru.py --epochs 10`."""

import argparse

import tensorflow as tf

import tfrec_dl  # before the first use of tf.keras: it selects Keras 2
from tfrec_dl.data import demo_table
from tfrec_dl.encoders import GRU, sequence_encoder
from tfrec_dl.losses import FullSoftmax
from tfrec_dl.retrieval import id_tower

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--epochs", type=int, default=10)
arguments = parser.parse_args()

# Any DataFrame with user_id, item_id and, optionally, timestamp.
frame = demo_table()
interactions = tfrec_dl.Interactions.from_frame(frame)
split = tfrec_dl.leave_last_out(interactions)
vocabulary = split.vocabulary

# The same table of item vectors embeds the history and scores the items.
embedding = tf.keras.layers.Embedding(vocabulary.size, 64, name="item_embedding")
encoder = sequence_encoder(64, GRU(units=128).states, dimension=64, state_dropout=0.2)
tower = id_tower(embedding, vocabulary.item_counts)
model = tfrec_dl.retrieval.RetrievalModel(
    encoder, tower, vocabulary, FullSoftmax(), max_length=200, history_embedding=embedding
)
encoder.summary()

windows = tfrec_dl.data.TrainingWindows(split.train, tfrec_dl.data.WindowConfig(max_length=200, batch_size=32))
model.compile(optimizer=tfrec_dl.runs.RowSparseAdam(5e-3))
model.fit(
    windows.dataset(),
    steps_per_epoch=windows.steps_per_epoch,
    epochs=arguments.epochs,
    callbacks=[
        tfrec_dl.retrieval.ValidationCallback(split.validation),  # adds val_ndcg@10 to the logs for EarlyStopping
        tf.keras.callbacks.EarlyStopping("val_ndcg@10", mode="max", patience=2, restore_best_weights=True),
    ],
)

for metric, value in tfrec_dl.evaluate(model, split.test, vocabulary).summary().items():
    print(f"{metric:20} {value:.4f}")
