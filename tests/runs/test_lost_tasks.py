import pytest
import tensorflow as tf

from tfrec_dl.runs.lost_tasks import LostTaskError, lost_tasks_explained
from tfrec_dl.runs.strategies import one_device


class Cluster(tf.distribute.MirroredStrategy):
    """Knows of other tasks."""

    cluster_resolver = "host1:2222"


@pytest.fixture(params=["in step", "parameter servers"])
def cluster(request) -> tf.distribute.Strategy:
    if request.param == "in step":
        return Cluster(["CPU:0"])
    # Its constructor connects to the cluster.
    return object.__new__(tf.distribute.ParameterServerStrategy)


def test_a_lost_task_is_called_so_where_there_are_other_tasks(cluster):
    with pytest.raises(LostTaskError, match="Connection reset"), lost_tasks_explained(cluster):
        raise tf.errors.UnavailableError(None, None, "Connection\nreset")


def test_other_errors_stay_as_they_are(cluster):
    with pytest.raises(tf.errors.InvalidArgumentError), lost_tasks_explained(cluster):
        raise tf.errors.InvalidArgumentError(None, None, "no such row")


def test_one_device_has_no_task_to_lose():
    with pytest.raises(tf.errors.UnavailableError), lost_tasks_explained(one_device()):
        raise tf.errors.UnavailableError(None, None, "")
