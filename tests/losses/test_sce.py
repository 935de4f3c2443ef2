"""Scalable cross-entropy against the paper's algorithm written out, and what its bounds promise."""

import math

import numpy as np
import pytest
import tensorflow as tf

from tfrec_dl.losses import LOSSES, Candidates, FullSoftmax, ScalableCrossEntropy
from tfrec_dl.retrieval.towers.ids import id_tower

SIZE, WIDTH, TARGETS = 42, 4, 30
COUNTS = np.concatenate([[0, 0], np.arange(SIZE - 2, 0, -1)])
SEED = tf.constant([3, 8])


@pytest.fixture(scope="module")
def table() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(SIZE, WIDTH)).astype(np.float32)


@pytest.fixture(scope="module")
def queries() -> np.ndarray:
    """Their last component is the 1 that meets the item bias."""
    free = np.random.default_rng(1).normal(size=(TARGETS, WIDTH - 1))
    return np.concatenate([free, np.ones([TARGETS, 1])], axis=1).astype(np.float32)


@pytest.fixture(scope="module")
def targets() -> np.ndarray:
    return np.random.default_rng(2).integers(2, SIZE, size=TARGETS, dtype=np.int32)


def losses_of(loss, queries, targets, table, seed=SEED):
    candidates = Candidates(lambda indices: tf.gather(tf.constant(table), indices), COUNTS, seed)
    return loss.per_target(tf.constant(queries), tf.constant(targets), candidates).numpy()


def log_sum_exp(values):
    return math.log(sum(math.exp(value) for value in values))


def naive(loss, queries, targets, table, seed=SEED):
    """Bucket by bucket, query by query, over a catalogue that a step looks through."""
    size = min(math.ceil(loss.coverage * math.sqrt(len(queries))), len(queries))
    seeds = tf.random.experimental.stateless_split(seed, 2)
    mixtures = tf.random.stateless_normal([size, len(queries)], seeds[0]).numpy()
    largest: dict[int, float] = {}
    for mixture in mixtures:
        centre = np.append(mixture @ queries[:, :-1] / math.sqrt(len(queries)), 1.0)
        nearest = np.argsort(-(queries[:, :-1] @ centre[:-1]))[:size]
        items = 2 + np.argsort(-(table[2:] @ centre))[: loss.negatives]
        for place in nearest:
            query, target = queries[place].astype(float), targets[place]
            positive = query @ table[target]
            found = log_sum_exp([positive, *(query @ table[item] for item in items if item != target)]) - positive
            largest[place] = max(found, largest.get(place, 0.0))
    share = len(largest) / len(queries)
    return np.array([largest.get(place, 0.0) / share for place in range(len(queries))])


@pytest.mark.parametrize("coverage", [0.6, 2.0])
@pytest.mark.parametrize("negatives", [1, 5, 100])
def test_loss_is_the_largest_of_the_softmaxes_in_a_querys_buckets(queries, targets, table, coverage, negatives):
    loss = ScalableCrossEntropy(negatives=negatives, coverage=coverage)
    expected = naive(loss, queries, targets, table)
    assert (expected == 0).any() == (coverage < 1)
    np.testing.assert_allclose(losses_of(loss, queries, targets, table), expected, rtol=1e-4, atol=1e-5)


def test_buckets_of_everything_give_the_full_softmax(queries, targets, table):
    loss = ScalableCrossEntropy(negatives=SIZE, coverage=100.0)
    exact = losses_of(FullSoftmax(), queries, targets, table)
    np.testing.assert_allclose(losses_of(loss, queries, targets, table), exact, rtol=1e-5, atol=1e-5)


def test_items_without_training_interactions_are_never_looked_through(queries, targets, table):
    """They would win: their bias is huge."""
    counts = np.where(np.arange(SIZE) < SIZE - 5, COUNTS, 0)
    moved = table + 50.0 * (counts == 0)[:, None] * np.eye(WIDTH)[-1]
    targets = np.minimum(targets, SIZE - 6)
    loss = ScalableCrossEntropy(negatives=SIZE, coverage=100.0)
    found = []
    for vectors in (table, moved.astype(np.float32)):
        candidates = Candidates(lambda indices, vectors=vectors: tf.gather(vectors, indices), counts, SEED)
        found.append(loss.per_target(tf.constant(queries), tf.constant(targets), candidates).numpy())
    np.testing.assert_array_equal(*found)


def test_a_large_catalogue_is_sampled_evenly_and_no_item_twice():
    size = 50_002
    counts = np.concatenate([[0, 0], np.ones(size - 2, np.int64)])
    loss = ScalableCrossEntropy(negatives=3, pool=1_000)
    asked = []

    def vectors(indices):
        asked.append(indices.numpy())
        return tf.ones([len(indices), 2])

    for step in range(2):
        loss.per_target(tf.ones([1, 2]), tf.constant([7]), Candidates(vectors, counts, tf.constant([0, step])))
    first, second = asked[0], asked[2]
    for looked_through in (first, second):
        assert len(np.unique(looked_through)) == 1_000
        assert looked_through.min() >= 2
        assert looked_through.max() < size
        np.testing.assert_allclose(np.histogram(looked_through, 10, (2, size))[0], 100, atol=1)
    assert len(np.intersect1d(first, second)) < 100
    assert [len(indices) for indices in asked[1::2]] == [4, 4]  # the target and the bucket's three


def test_gradient_of_the_item_table_is_sparse_and_touches_no_item_outside_the_buckets(queries):
    size, few = 500, np.array([7, 7, 400, 450], np.int32)
    counts = np.concatenate([[0, 0], np.arange(size - 2, 0, -1)])
    tower = id_tower(tf.keras.layers.Embedding(size, WIDTH - 1), counts)
    with tf.GradientTape() as tape:
        losses = ScalableCrossEntropy(negatives=6, coverage=1.0).per_target(
            tf.constant(queries[:4]), tf.constant(few), Candidates(tower, counts, SEED)
        )
    for gradient in tape.gradient(losses, tower.trainable_variables):
        assert isinstance(gradient, tf.IndexedSlices)
        assert {7, 400, 450} <= set(gradient.indices.numpy().tolist())
        assert len(gradient.indices) == 4 + 2 * 6


@pytest.mark.parametrize("count", [0, 1, 2])
def test_steps_of_few_targets_or_none_are_finite(queries, targets, table, count):
    found = losses_of(ScalableCrossEntropy(), queries[:count], targets[:count], table)
    assert found.shape == (count,)
    assert np.isfinite(found).all()


def test_one_item_is_no_negative_of_itself(queries):
    counts = np.array([0, 0, 5])
    variable = tf.Variable(tf.ones([3, WIDTH]))
    with tf.GradientTape() as tape:
        candidates = Candidates(lambda indices: tf.gather(variable, indices), counts, SEED)
        losses = ScalableCrossEntropy().per_target(tf.constant(queries), tf.fill([TARGETS], 2), candidates)
    np.testing.assert_array_equal(losses, 0.0)
    assert not np.any(tape.gradient(losses, variable).values)


def test_another_step_has_other_buckets(queries, targets, table):
    loss = ScalableCrossEntropy(negatives=5)
    first = losses_of(loss, queries, targets, table)
    np.testing.assert_array_equal(losses_of(loss, queries, targets, table), first)
    assert (losses_of(loss, queries, targets, table, seed=tf.constant([3, 9])) != first).any()


def test_learns_which_item_follows_which():
    """A table of queries and one of items, trained on a cycle; a step looks through half of the items."""
    items = 20
    counts = np.concatenate([[0, 0], np.ones(items, np.int64)])
    generator = np.random.default_rng(5)
    states, vectors = (tf.Variable(generator.normal(0, 0.1, [items + 2, 8]).astype(np.float32)) for _ in range(2))
    optimizer = tf.keras.optimizers.legacy.Adam(0.1)
    here = tf.range(2, items + 2)
    following = tf.roll(here, -1, axis=0)
    loss = LOSSES.make({"name": "sce", "negatives": 4, "pool": items // 2})

    def with_one(rows):
        return tf.concat([rows, tf.ones([tf.shape(rows)[0], 1])], axis=1)

    def item_vectors(indices):
        rows = tf.gather(vectors, indices)
        return tf.concat([rows, tf.zeros([tf.shape(rows)[0], 1])], axis=1)

    @tf.function
    def step(number):
        with tf.GradientTape() as tape:
            candidates = Candidates(item_vectors, counts, tf.stack([0, number]))
            losses = loss.per_target(with_one(tf.gather(states, here)), following, candidates)
        gradients = tape.gradient(losses, [states, vectors])
        optimizer.apply_gradients(zip(gradients, [states, vectors], strict=True))

    for number in range(40):
        step(tf.constant(number))
    scores = tf.linalg.matmul(states[2:], vectors[2:], transpose_b=True)
    assert np.mean(np.argmax(scores, axis=1) + 2 == following) > 0.95


def test_cost_of_a_step_does_not_grow_with_a_catalogue_beyond_the_pool():
    """100 queries: 20 buckets of 20."""
    loss = ScalableCrossEntropy(negatives=30, pool=1_000)
    assert (loss.vectors_read(100, 500), loss.scores_computed(100, 500)) == (1_200, 22_000)
    assert (loss.vectors_read(100, 10**6), loss.scores_computed(100, 10**6)) == (1_700, 32_000)
