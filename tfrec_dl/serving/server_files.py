"""The files that `tensorflow_model_server` takes beside the versions: models.config and batching_parameters.txt."""

import os
from pathlib import Path

MODEL_CONFIG_FILE = "models.config"
BATCHING_FILE = "batching_parameters.txt"

# tensorflow.serving.BatchingParameters in text form; its protocol buffer is not in tensorflow-serving-api.
BATCHING_PARAMETERS = """\
# For tensorflow_model_server --enable_batching --batching_parameters_file=...
max_batch_size { value: 64 }
batch_timeout_micros { value: 1000 }
max_enqueued_batches { value: 100 }
# Off, because TF Serving would pad a short history with its own first item, not with "", and silently change it.
# With batching on, clients pad all their histories to one length.
pad_variable_length_inputs: false
"""


def model_config(name: str) -> str:
    """`ModelServerConfig` as text: the server finds the export at /models/NAME and serves its newest version.

    Args:
        name: of the model in TF Serving.
    """
    from tensorflow_serving.config import model_server_config_pb2

    config = model_server_config_pb2.ModelServerConfig()
    config.model_config_list.config.add(name=name, base_path=f"/models/{name}", model_platform="tensorflow")
    return str(config)


def write_server_files(unfinished: Path, dest: Path, name: str) -> None:
    """Writes both files where they are missing; present ones stay, for they may pin versions or hold tuned values.

    Args:
        unfinished: folder in `dest` to write to first.
        dest: folder of the versions.
        name: of the model in TF Serving.
    """
    for file, text in ((MODEL_CONFIG_FILE, model_config(name)), (BATCHING_FILE, BATCHING_PARAMETERS)):
        if not (dest / file).exists():
            (unfinished / file).write_text(text, encoding="utf-8")
            os.replace(unfinished / file, dest / file)
