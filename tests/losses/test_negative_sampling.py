import numpy as np
import pytest
import tensorflow as tf

from tfrec_dl.losses.negative_sampling import NegativeSampler

COUNTS = np.array([9, 9, 100, 50, 10, 1, 0])  # rows 0 and 1 must not matter; an item never met is never drawn
DRAWS = 200_000


@pytest.mark.parametrize("exponent", [0.0, 0.5, 0.75, 1.0])
def test_items_are_drawn_in_proportion_to_count_to_the_exponent(exponent):
    mass = np.array([100, 50, 10, 1]) ** exponent
    probability = np.array([0, 0, *mass / mass.sum(), 0])
    sampler = NegativeSampler(COUNTS, exponent)
    drawn = sampler.sample(DRAWS, tf.constant([1, 2]))
    share = np.bincount(drawn, minlength=len(COUNTS)) / DRAWS
    assert drawn.dtype == tf.int32
    assert share[:2].sum() == share[-1] == 0
    np.testing.assert_allclose(share, probability, atol=4 * np.sqrt(probability.max() / DRAWS))
    np.testing.assert_allclose(np.exp(sampler.log_probability(tf.range(2, 6))), probability[2:6], rtol=1e-5)


def test_rare_items_of_a_large_catalogue_are_drawn():
    """Cumulative sums in float32 would lose them."""
    counts = np.concatenate([[0, 0], np.full(1_000, 1_000_000), np.ones(100_000)]).astype(np.int64)
    drawn = NegativeSampler(counts, 0.0).sample(DRAWS, tf.constant([0, 0])).numpy()
    assert drawn.min() >= 2
    assert drawn.max() < len(counts)
    assert len(np.unique(drawn)) == pytest.approx(len(counts) * (1 - np.exp(-DRAWS / len(counts))), rel=0.01)


def test_neighbours_with_equal_counts_are_drawn_alike():
    counts = np.array([0, 0, 8, 8, 8, 2, 2, 1, 0, 0])
    drawn = NegativeSampler(counts, 1.0).sample(DRAWS, tf.constant([3, 4]))
    share = np.bincount(drawn, minlength=len(counts)) / DRAWS
    np.testing.assert_allclose(share, counts / counts.sum(), atol=0.005)
    assert not share[counts == 0].any()


def test_graph_of_a_large_catalogue_stays_small():
    counts = np.concatenate([[0, 0], np.sort(np.random.default_rng(0).zipf(1.5, 200_000).clip(max=10**6))[::-1]])
    sampler = NegativeSampler(counts, 0.5)

    @tf.function
    def step(seed):
        return sampler.log_probability(sampler.sample(1024, seed))

    size = step.get_concrete_function(tf.TensorSpec([2], tf.int32)).graph.as_graph_def().ByteSize()
    assert size < 200_000  # a byte an item; a number an item would be 2.4 MB


def test_seed_decides_the_draws():
    sampler = NegativeSampler(COUNTS, 0.5)
    first, same, other = (sampler.sample(50, tf.constant(seed)).numpy() for seed in ([1, 2], [1, 2], [1, 3]))
    np.testing.assert_array_equal(first, same)
    assert (first != other).any()


def test_only_item_is_the_only_draw():
    assert set(NegativeSampler(np.array([0, 0, 3]), 0.5).sample(20, tf.constant([0, 0])).numpy()) == {2}
