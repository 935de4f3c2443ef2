"""Files that `tensorflow_model_server` reads beside the versions: models.config, batching and monitoring."""

import os
from pathlib import Path
from typing import Any

from tfrec_dl.errors import InputError

MODEL_CONFIG_FILE = "models.config"
BATCHING_FILE = "batching_parameters.txt"
MONITORING_FILE = "monitoring.config"

# tensorflow.serving.BatchingParameters in text form; tensorflow-serving-api lacks its protocol buffer.
BATCHING_PARAMETERS = """\
# For tensorflow_model_server --enable_batching --batching_parameters_file=...
max_batch_size { value: 64 }
batch_timeout_micros { value: 1000 }
max_enqueued_batches { value: 100 }
# Off, because TF Serving would pad a short history with its own first item, not with "", and silently change it.
# With batching on, clients pad all their histories to one length.
pad_variable_length_inputs: false
"""

# tensorflow.serving.MonitoringConfig, which tensorflow-serving-api lacks as well.
MONITORING = """\
# For tensorflow_model_server --monitoring_config_file=... with --rest_api_port, where Prometheus then reads this path.
prometheus_config {
  enable: true
  path: "/monitoring/prometheus/metrics"
}
"""

# Commented out, because a server without its own collector does not start with it.
REQUEST_LOGGING = """\
# A server built with a LogCollector logs a sample of the requests and answers once the model above has this; the stock
# server has none, and refuses to start with it:
#   logging_config {
#     log_collector_config { type: "NAME OF YOUR COLLECTOR" filename_prefix: "/logs/requests" }
#     sampling_config { sampling_rate: 0.01 }
#   }
"""


def require_serving_protos() -> None:
    """Raises InputError unless `tensorflow-serving-api` is installed."""
    try:
        import tensorflow_serving.apis  # noqa: F401
    except ImportError as error:
        raise InputError('exports need the package tensorflow-serving-api: pip install "tfrec_dl[serving]".') from error


def model_server_config() -> Any:
    """Returns an empty `tensorflow_serving.config.model_server_config_pb2.ModelServerConfig`."""
    from tensorflow_serving.config import model_server_config_pb2

    return model_server_config_pb2.ModelServerConfig()


def model_config(name: str) -> str:
    """Returns a `ModelServerConfig` as text: the server finds the export at /models/NAME and serves its newest version.

    Args:
        name: name of the model in TF Serving.
    """
    config = model_server_config()
    config.model_config_list.config.add(name=name, base_path=f"/models/{name}", model_platform="tensorflow")
    return config_text(config)


def config_text(config: Any) -> str:
    """Returns the text of models.config: a `ModelServerConfig`, and how to log requests."""
    return f"{config}{REQUEST_LOGGING}"


def write_server_files(unfinished: Path, dest: Path, name: str) -> None:
    """Writes the files that are missing; existing ones stay, because they may pin versions or hold tuned values.

    Args:
        unfinished: folder in `dest` in which files are first written.
        dest: folder of the versions.
        name: name of the model in TF Serving.
    """
    files = {
        MODEL_CONFIG_FILE: model_config(name),
        BATCHING_FILE: BATCHING_PARAMETERS,
        MONITORING_FILE: MONITORING,
    }
    for file, text in files.items():
        if not (dest / file).exists():
            (unfinished / file).write_text(text, encoding="utf-8")
            os.replace(unfinished / file, dest / file)
