import numpy as np
import pytest
import tensorflow as tf

from tfrec_dl.retrieval.towers.ids import id_tower

COUNTS = np.array([0, 0, 6, 3, 1, 0])


@pytest.fixture
def embedding() -> tf.keras.layers.Embedding:
    return tf.keras.layers.Embedding(6, 3)


def test_vector_is_the_tables_row_and_the_bias(embedding):
    tower = id_tower(embedding, COUNTS)
    vectors = tower(tf.constant([4, 2, 4])).numpy()
    assert vectors.shape == (3, 4)
    np.testing.assert_array_equal(vectors[:, :3], embedding.embeddings.numpy()[[4, 2, 4]])
    np.testing.assert_allclose(vectors[:, 3], np.log([0.1, 0.6, 0.1]), rtol=1e-6)


def test_item_that_was_never_met_starts_far_below_all_others(embedding):
    bias = id_tower(embedding, COUNTS)(tf.range(6)).numpy()[:, 3]
    assert bias[[0, 1, 5]].max() < bias[[2, 3, 4]].min() - 50


def test_table_is_the_one_passed_in_so_that_weights_can_be_tied(embedding):
    tower = id_tower(embedding, COUNTS)
    embedding.set_weights([np.full((6, 3), 7.0)])
    np.testing.assert_array_equal(tower(tf.constant([3])).numpy()[0, :3], 7.0)
    assert len(tower.trainable_variables) == 2


def test_catalogue_without_a_single_interaction_has_finite_biases(embedding):
    assert np.isfinite(id_tower(embedding, np.zeros(6, np.int64))(tf.range(6))).all()
