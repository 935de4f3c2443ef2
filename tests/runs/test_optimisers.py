import numpy as np
import pytest
import tensorflow as tf

from tfrec_dl.runs.optimisers import RowSparseAdam, row_sparse_optimizer

ROWS, WIDTH, STEPS = 9, 3, 4


def batches():
    """Row numbers, with duplicates, and a gradient for each; rows 0 and 8 never come up."""
    generator = np.random.default_rng(0)
    for _ in range(STEPS):
        rows = generator.integers(1, ROWS - 1, size=5)
        rows[-1] = rows[0]
        yield rows, generator.normal(size=(5, WIDTH)).astype(np.float32)


def lazy_adam(table, rates, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    """Plain Adam on the rows that come up; the bias correction counts all steps."""
    momentum, velocity = np.zeros_like(table), np.zeros_like(table)
    for step, ((rows, values), rate) in enumerate(zip(batches(), rates, strict=True), start=1):
        for row in set(rows.tolist()):
            gradient = values[rows == row].sum(axis=0)
            momentum[row] = beta_1 * momentum[row] + (1 - beta_1) * gradient
            velocity[row] = beta_2 * velocity[row] + (1 - beta_2) * gradient**2
            corrected = rate * np.sqrt(1 - beta_2**step) / (1 - beta_1**step)
            table[row] -= corrected * momentum[row] / (np.sqrt(velocity[row]) + epsilon)
    return table


def initial() -> np.ndarray:
    return np.random.default_rng(1).normal(size=(ROWS, WIDTH)).astype(np.float32)


SCHEDULE = tf.keras.optimizers.schedules.PolynomialDecay(0.1, STEPS, 0.02)
RATES = {"constant rate": (0.05, [0.05] * STEPS), "schedule": (SCHEDULE, [0.1, 0.08, 0.06, 0.04])}


@pytest.mark.parametrize(("rate", "rates"), RATES.values(), ids=RATES)
def test_touched_rows_follow_adam_and_duplicates_are_summed(rate, rates):
    optimizer, table = RowSparseAdam(rate), tf.Variable(initial())
    for rows, values in batches():
        optimizer.apply_gradients([(tf.IndexedSlices(values, rows, (ROWS, WIDTH)), table)])
    np.testing.assert_allclose(table, lazy_adam(initial().astype(float), rates), rtol=1e-5, atol=1e-6)


def test_rows_that_a_batch_does_not_touch_stay_bitwise_the_same_and_so_do_their_moments():
    optimizer, table = RowSparseAdam(0.05), tf.Variable(initial())
    everything = np.arange(ROWS)
    optimizer.apply_gradients([(tf.IndexedSlices(tf.ones([ROWS, WIDTH]), everything, (ROWS, WIDTH)), table)])
    moments = [variable for variable in optimizer.variables if variable.shape == table.shape]
    assert len(moments) == 2
    before = [variable.numpy() for variable in (table, *moments)]
    touched = [2, 5]
    optimizer.apply_gradients([(tf.IndexedSlices(tf.ones([2, WIDTH]), touched, (ROWS, WIDTH)), table)])
    for old, new in zip(before, (table, *moments), strict=True):
        np.testing.assert_array_equal(np.delete(old, touched, axis=0), np.delete(new.numpy(), touched, axis=0))
        assert (old[touched] != new.numpy()[touched]).all()


@pytest.mark.parametrize("as_function", [False, True], ids=["eager", "in a graph"])
def test_dense_variables_are_updated_as_by_keras(as_function):
    weights = []
    for kind in (tf.keras.optimizers.Adam, RowSparseAdam):
        optimizer, variable = kind(0.05), tf.Variable(initial())
        optimizer.build([variable])
        step = tf.function(optimizer.apply_gradients) if as_function else optimizer.apply_gradients
        for seed in range(STEPS):
            step([(tf.random.stateless_normal([ROWS, WIDTH], [seed, 0]), variable)])
        weights.append(variable.numpy())
    np.testing.assert_array_equal(weights[0], weights[1])


def test_table_that_every_batch_touches_whole_is_updated_as_by_keras():
    weights = []
    for kind in (tf.keras.optimizers.Adam, RowSparseAdam):
        optimizer, table = kind(0.05), tf.Variable(initial())
        for seed in range(STEPS):
            gradient = tf.random.stateless_normal([ROWS, WIDTH], [seed, 0])
            optimizer.apply_gradients([(tf.IndexedSlices(gradient, tf.range(ROWS), (ROWS, WIDTH)), table)])
        weights.append(table.numpy())
    np.testing.assert_allclose(weights[0], weights[1], rtol=1e-5, atol=1e-6)


def test_adagrad_divides_each_gradient_by_the_root_of_the_squares_so_far():
    """However small the gradients are: the first step of a weight is the whole rate."""
    table, scale = tf.Variable(initial()), 1e-5
    optimizer = row_sparse_optimizer("adagrad", tf.keras.Sequential(), 0.05)
    expected, squares = initial().astype(float), np.zeros([ROWS, WIDTH])
    for rows, values in batches():
        optimizer.apply_gradients([(tf.IndexedSlices(scale * values, rows, (ROWS, WIDTH)), table)])
        for row in set(rows.tolist()):
            gradient = scale * values[rows == row].sum(axis=0)
            squares[row] += gradient**2
            expected[row] -= 0.05 * gradient / np.sqrt(squares[row])
    np.testing.assert_allclose(table, expected, rtol=1e-4, atol=1e-5)
