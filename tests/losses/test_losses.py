"""Every loss against its paper's equation, written out for one target at a time."""

import math
from typing import Annotated

import numpy as np
import pytest
import tensorflow as tf
from pydantic import TypeAdapter

from tfrec_dl.errors import InputError
from tfrec_dl.losses import (
    BPR,
    GBCE,
    LOSSES,
    BPRMax,
    Candidates,
    FullSoftmax,
    InBatchSoftmax,
    Loss,
    MixedSoftmax,
    OwnNegatives,
    SampledSoftmax,
    TOP1Max,
)
from tfrec_dl.losses.negative_sampling import NegativeSampler
from tfrec_dl.losses.sampled import SampledLoss
from tfrec_dl.registered_fields import Registered
from tfrec_dl.retrieval.towers.ids import id_tower

SIZE, WIDTH, TARGETS = 10, 4, 12  # 8 items: most targets are drawn as negatives too
COUNTS = np.array([0, 0, 40, 20, 10, 5, 3, 2, 1, 1])
SEED = tf.constant([3, 8])


@pytest.fixture(scope="module")
def table() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(SIZE, WIDTH)).astype(np.float32)


@pytest.fixture(scope="module")
def queries() -> np.ndarray:
    return np.random.default_rng(1).normal(size=(TARGETS, WIDTH)).astype(np.float32)


@pytest.fixture(scope="module")
def targets() -> np.ndarray:
    return np.random.default_rng(2).integers(2, SIZE, size=TARGETS, dtype=np.int32)


def losses_of(loss, queries, targets, table, seed=SEED):
    candidates = Candidates(lambda indices: tf.gather(tf.constant(table), indices), COUNTS, seed)
    return loss.per_target(tf.constant(queries), tf.constant(targets), candidates).numpy()


def drawn(loss, exponent):
    return NegativeSampler(COUNTS, exponent).sample(loss.negatives, SEED).numpy()


def sigmoid(value):
    return 1 / (1 + math.exp(-value))


def log_sum_exp(values):
    return math.log(sum(math.exp(value) for value in values))


def sampling_probability(exponent):
    mass = np.where(np.arange(SIZE) < 2, 0, np.maximum(COUNTS, 1.0) ** exponent)
    return mass / mass.sum()


def positive_and_negatives(queries, targets, table, negatives):
    """For each target its score, and the drawn items with their scores that are not the target."""
    for query, target in zip(queries.astype(float), targets, strict=True):
        others = [item for item in negatives if item != target]
        yield float(query @ table[target]), others, [float(query @ table[item]) for item in others]


def softmax(values):
    return [math.exp(value - log_sum_exp(values)) for value in values]


def test_full_softmax_is_the_cross_entropy_over_all_items_and_no_other_row(queries, targets, table):
    expected = [
        log_sum_exp([query @ table[item] for item in range(2, SIZE)]) - query @ table[target]
        for query, target in zip(queries.astype(float), targets, strict=True)
    ]
    np.testing.assert_allclose(losses_of(FullSoftmax(), queries, targets, table), expected, rtol=1e-5, atol=1e-6)


def test_in_batch_softmax_corrects_for_popularity_and_skips_accidental_hits(queries, targets, table):
    share = COUNTS / COUNTS.sum()
    assert len(set(targets)) < TARGETS
    expected = []
    for row, (query, target) in enumerate(zip(queries.astype(float), targets, strict=True)):
        logits = {
            column: query @ table[other] - math.log(share[other])
            for column, other in enumerate(targets)
            if column == row or other != target
        }
        expected.append(log_sum_exp(logits.values()) - logits[row])
    np.testing.assert_allclose(losses_of(InBatchSoftmax(), queries, targets, table), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.0])
def test_sampled_softmax_lowers_each_negative_by_the_log_of_its_expected_count(queries, targets, table, exponent):
    loss = SampledSoftmax(negatives=20, popularity_exponent=exponent)
    probability = sampling_probability(exponent)
    expected = []
    for positive, others, scores in positive_and_negatives(queries, targets, table, drawn(loss, exponent)):
        corrected = [
            score - math.log(loss.negatives * probability[item]) for item, score in zip(others, scores, strict=True)
        ]
        expected.append(log_sum_exp([positive, *corrected]) - positive)
    np.testing.assert_allclose(losses_of(loss, queries, targets, table), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.0])
def test_sampled_softmax_estimates_the_partition_sum_without_bias(queries, targets, table, exponent):
    loss = SampledSoftmax(negatives=64, popularity_exponent=exponent)
    candidates = Candidates(lambda indices: tf.gather(tf.constant(table), indices), COUNTS, SEED)

    @tf.function
    def per_target(seed):
        return loss.per_target(tf.constant(queries), tf.constant(targets), candidates._replace(seed=seed))

    sampled = np.stack([per_target(tf.constant([0, step])).numpy() for step in range(1000)]).astype(float)
    positive = np.sum(queries * table[targets], axis=1).astype(float)
    estimates = np.exp(sampled + positive)
    exact = np.exp(queries.astype(float) @ table[2:].T).sum(axis=1)
    standard_error = estimates.std(axis=0) / math.sqrt(len(estimates))
    assert (standard_error < 0.05 * exact).all()
    np.testing.assert_array_less(np.abs(estimates.mean(axis=0) - exact), 4 * standard_error)


def test_in_batch_softmax_corrects_items_rarer_than_one_in_a_million(queries, targets, table):
    """TFRS's own correction stops there."""
    counts = np.where(np.arange(SIZE) < 2, 0, 1)
    counts[2] = 10_000_000
    targets = np.arange(2, 6, dtype=np.int32)
    candidates = Candidates(lambda indices: tf.gather(tf.constant(table), indices), counts, SEED)
    found = InBatchSoftmax().per_target(tf.constant(queries[:4]), tf.constant(targets), candidates)
    logits = queries[:4].astype(float) @ table[targets].T - np.log(counts[targets] / counts.sum())
    expected = [log_sum_exp(row) - row[place] for place, row in enumerate(logits)]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("exponent", [0.0, 0.75])
def test_mixed_softmax_lowers_each_negative_by_the_log_of_its_expected_count_in_both_parts(
    queries, targets, table, exponent
):
    loss = MixedSoftmax(negatives=20, popularity_exponent=exponent)
    expected_count = (TARGETS - 1) * sampling_probability(1.0) + 20 * sampling_probability(exponent)
    negatives = [*targets, *drawn(loss, exponent)]
    expected = []
    for positive, others, scores in positive_and_negatives(queries, targets, table, negatives):
        corrected = [score - math.log(expected_count[item]) for item, score in zip(others, scores, strict=True)]
        expected.append(log_sum_exp([positive, *corrected]) - positive)
    np.testing.assert_allclose(losses_of(loss, queries, targets, table), expected, rtol=1e-5, atol=1e-6)


def test_mixed_softmax_estimates_the_partition_sum_without_bias(queries, table):
    """Where the other targets come by popularity, as those of a shuffled batch do."""
    loss = MixedSoftmax(negatives=40)
    batches = 1500
    sampler = NegativeSampler(COUNTS, 1.0)
    targets = tf.reshape(sampler.sample(batches * TARGETS, tf.constant([1, 1])), [batches, TARGETS])
    targets = tf.concat([tf.fill([batches, 1], 4), targets[:, 1:]], axis=1)
    same_query = tf.tile(queries[:1], [TARGETS, 1])

    @tf.function
    def first(step):
        candidates = Candidates(lambda indices: tf.gather(tf.constant(table), indices), COUNTS, tf.stack([7, step]))
        return loss.per_target(same_query, targets[step], candidates)[0]

    positive = float(queries[0] @ table[4])
    estimates = np.array([math.exp(float(first(tf.constant(step))) + positive) for step in range(batches)])
    exact = np.exp(queries[0].astype(float) @ table[2:].T).sum()
    standard_error = estimates.std() / math.sqrt(batches)
    assert standard_error < 0.02 * exact
    assert abs(estimates.mean() - exact) < 4 * standard_error


@pytest.mark.parametrize("negatives", [2, 20])  # read one by one, and of all items' scores
@pytest.mark.parametrize("exponent", [0.0, 0.75])
def test_each_target_competes_with_negatives_of_its_own(queries, targets, table, negatives, exponent):
    loss = OwnNegatives(negatives=negatives, popularity_exponent=exponent)
    sampled = NegativeSampler(COUNTS, exponent).sample(TARGETS * negatives, SEED).numpy().reshape(TARGETS, negatives)
    assert len({tuple(row) for row in sampled}) > 1
    expected = []
    for query, target, own in zip(queries.astype(float), targets, sampled, strict=True):
        scores = [query @ table[target], *(query @ table[item] for item in own if item != target)]
        expected.append(log_sum_exp(scores) - scores[0])
    np.testing.assert_allclose(losses_of(loss, queries, targets, table), expected, rtol=1e-5, atol=1e-6)


def test_bpr_is_the_mean_over_the_negatives(queries, targets, table):
    loss = BPR(negatives=9, popularity_exponent=0.75)
    expected = [
        np.mean([-math.log(sigmoid(positive - score)) for score in scores])
        for positive, _, scores in positive_and_negatives(queries, targets, table, drawn(loss, 0.75))
    ]
    np.testing.assert_allclose(losses_of(loss, queries, targets, table), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("regularisation", [0.0, 0.7])
def test_bpr_max_is_equation_10_of_hidasi_and_karatzoglou(queries, targets, table, regularisation):
    loss = BPRMax(negatives=9, popularity_exponent=0.5, score_regularisation=regularisation)
    expected = []
    for positive, _, scores in positive_and_negatives(queries, targets, table, drawn(loss, 0.5)):
        shares = softmax(scores)
        won = sum(share * sigmoid(positive - score) for share, score in zip(shares, scores, strict=True))
        squares = sum(share * score**2 for share, score in zip(shares, scores, strict=True))
        expected.append(-math.log(won) + regularisation * squares)
    np.testing.assert_allclose(losses_of(loss, queries, targets, table), expected, rtol=1e-5, atol=1e-6)


def test_top1_max_is_equation_8_of_hidasi_and_karatzoglou(queries, targets, table):
    loss = TOP1Max(negatives=9, popularity_exponent=0.5)
    expected = [
        sum(
            share * (sigmoid(score - positive) + sigmoid(score**2))
            for share, score in zip(softmax(scores), scores, strict=True)
        )
        for positive, _, scores in positive_and_negatives(queries, targets, table, drawn(loss, 0.5))
    ]
    np.testing.assert_allclose(losses_of(loss, queries, targets, table), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("calibration", [0.0, 0.75, 1.0])
def test_gbce_raises_the_positives_probability_to_beta(queries, targets, table, calibration):
    loss = GBCE(negatives=3, calibration=calibration)
    rate = 3 / 7  # of the 7 items that are not the target
    beta = {0.0: 1.0, 1.0: rate}.get(calibration, rate * (0.75 * (1 - 1 / rate) + 1 / rate))
    expected = [
        -(math.log(sigmoid(positive) ** beta) + sum(math.log(1 - sigmoid(score)) for score in scores)) / 4
        for positive, _, scores in positive_and_negatives(queries, targets, table, drawn(loss, 0.0))
    ]
    np.testing.assert_allclose(losses_of(loss, queries, targets, table), expected, rtol=1e-5, atol=1e-6)


# Every registered loss, a new one too.
SAMPLED = [loss(negatives=6) for loss in LOSSES.classes() if issubclass(loss, SampledLoss)]
OTHERS = [loss() for loss in LOSSES.classes() if not issubclass(loss, SampledLoss)]


@pytest.mark.parametrize("loss", SAMPLED, ids=lambda loss: loss.name)
def test_scores_of_accidental_hits_play_no_part(loss, queries, targets, table):
    """Moving the negatives' copies of the target's vector changes nothing."""
    negatives = drawn(loss, getattr(loss, "popularity_exponent", 0.0))
    target = int(negatives[0])

    def loss_when_hits_score(shift):
        def vectors(indices):
            rows = tf.gather(tf.constant(table), indices)
            is_hit = (indices == target) & (tf.range(tf.shape(indices)[0]) > 0)  # place 0 is the target itself
            return rows + tf.where(is_hit, shift, 0.0)[:, None]

        candidates = Candidates(vectors, COUNTS, SEED)
        return loss.per_target(tf.constant(queries[:1]), tf.constant([target]), candidates).numpy()

    np.testing.assert_array_equal(loss_when_hits_score(0.0), loss_when_hits_score(5.0))


@pytest.mark.parametrize("loss", SAMPLED, ids=lambda loss: loss.name)
def test_loss_and_gradient_are_finite_when_every_negative_is_the_target(loss, queries):
    counts = np.array([0, 0, 5])  # one item
    table = tf.Variable(tf.ones([3, WIDTH]))
    with tf.GradientTape() as tape:
        candidates = Candidates(lambda indices: tf.gather(table, indices), counts, SEED)
        losses = loss.per_target(tf.constant(queries), tf.fill([TARGETS], 2), candidates)
    gradient = tape.gradient(losses, table)
    assert np.isfinite(losses).all()
    assert np.isfinite(gradient.values).all()


@pytest.mark.parametrize("loss", [*SAMPLED, *OTHERS], ids=lambda loss: loss.name)
def test_loss_is_finite_for_huge_scores(loss, queries, targets, table):
    assert np.isfinite(losses_of(loss, 100 * queries, targets, 100 * table)).all()


@pytest.mark.parametrize("loss", [*SAMPLED, InBatchSoftmax()], ids=lambda loss: loss.name)
def test_gradient_of_the_item_table_is_sparse_and_touches_targets_and_negatives_only(loss, queries):
    size = 500
    counts = np.concatenate([[0, 0], np.arange(size - 2, 0, -1)])
    targets = np.array([7, 7, 400, 450], np.int32)
    embedding = tf.keras.layers.Embedding(size, WIDTH - 1)
    tower = id_tower(embedding, counts)
    with tf.GradientTape() as tape:
        losses = loss.per_target(tf.constant(queries[:4]), tf.constant(targets), Candidates(tower, counts, SEED))
    gradients = tape.gradient(losses, tower.trainable_variables)
    sampler = NegativeSampler(counts, getattr(loss, "popularity_exponent", 0.0))
    negatives = sampler.sample(getattr(loss, "negatives", 0), SEED).numpy()
    assert len(gradients) == 2
    for gradient in gradients:
        assert isinstance(gradient, tf.IndexedSlices)
        touched = set(gradient.indices.numpy().tolist())
        assert {7, 400, 450} <= touched <= {7, 400, 450, *negatives.tolist()}


@pytest.mark.parametrize("loss", SAMPLED, ids=lambda loss: loss.name)
def test_another_step_draws_other_negatives(loss, queries, targets, table):
    first = losses_of(loss, queries, targets, table)
    np.testing.assert_array_equal(losses_of(loss, queries, targets, table), first)
    assert (losses_of(loss, queries, targets, table, seed=tf.constant([3, 9])) != first).any()


@pytest.mark.parametrize(
    ("loss", "settings"),
    [
        *((loss, {"negatives": 0}) for loss in (SampledSoftmax, MixedSoftmax, BPR, BPRMax, TOP1Max, GBCE)),
        (SampledSoftmax, {"popularity_exponent": 1.5}),
        (BPR, {"popularity_exponent": -0.5}),
        (BPRMax, {"score_regularisation": -1}),
        (GBCE, {"calibration": 1.1}),
        (FullSoftmax, {"negatives": 5}),
    ],
)
def test_settings_out_of_bounds_or_unheard_of_are_refused(loss, settings):
    with pytest.raises(InputError, match=next(iter(settings))):
        loss(**settings)


def test_losses_are_told_apart_by_name():
    adapter = TypeAdapter(Annotated[Loss, Registered(LOSSES)])
    for loss in (*SAMPLED, *OTHERS):
        assert adapter.validate_python(adapter.dump_python(loss)) == loss


def test_losses_say_what_a_step_costs():
    """Vectors read and scores held, for 10 targets and 100 items."""
    costs = {loss.name: (loss.vectors_read(10, 100), loss.scores_computed(10, 100)) for loss in (*SAMPLED, *OTHERS)}
    assert costs["full_softmax"] == (110, 1000)
    assert costs["in_batch_softmax"] == (10, 100)
    assert costs["sampled_softmax"] == (16, 60)
    assert costs["mixed_softmax"] == (16, 160)
    assert [loss.name for loss in (*SAMPLED, *OTHERS) if loss.reads_every_item()] == ["full_softmax"]
