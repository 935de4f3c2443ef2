"""Running of requests on a SavedModel in each way that programs use it."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf

Arrays = dict[str, np.ndarray]
Request = tuple[str, Arrays]  # name of the signature, and values of its inputs
Run = Callable[[Path, Sequence[Request]], list[Arrays]]

# Runs each request with `saved_model_cli run`, all in one process, because starting TensorFlow takes seconds.
COMMANDS = """
import json, sys
from tensorflow.python.tools import saved_model_cli

for command in json.load(sys.stdin):
    sys.argv = ["saved_model_cli", *command]
    try:
        saved_model_cli.main()
    except SystemExit as done:
        if done.code:
            raise
"""


class VerificationError(RuntimeError):
    """Raised if an export does not answer as its model does."""


def run_eagerly(version: Path, requests: Sequence[Request]) -> list[Arrays]:
    """Runs requests through `tf.saved_model.load`.

    Args:
        version: the version folder.
        requests: requests to run.

    Returns:
        The outputs of each request, by name.
    """
    signatures = tf.saved_model.load(str(version)).signatures
    answers = []
    for name, inputs in requests:
        _, specs = signatures[name].structured_input_signature
        outputs = signatures[name](**{key: tf.constant(value, specs[key].dtype) for key, value in inputs.items()})
        answers.append({key: value.numpy() for key, value in outputs.items()})
    return answers


def run_in_session(version: Path, requests: Sequence[Request]) -> list[Arrays]:
    """Runs requests as TF Serving does: loads the SavedModel in a TF1 session and runs signatures by tensor names.

    Args:
        version: the version folder.
        requests: requests to run.

    Returns:
        The outputs of each request, by name.
    """
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        meta_graph = tf.compat.v1.saved_model.load(session, ["serve"], str(version))
        answers = []
        for name, inputs in requests:
            signature = meta_graph.signature_def[name]
            feed = {signature.inputs[key].name: value for key, value in inputs.items()}
            answers.append(session.run({key: value.name for key, value in signature.outputs.items()}, feed))
    return answers


def run_in_command_line(version: Path, requests: Sequence[Request]) -> list[Arrays]:
    """Runs requests through `saved_model_cli run` in a separate process.

    Args:
        version: the version folder.
        requests: requests to run.

    Returns:
        The outputs of each request, by name.

    Raises:
        VerificationError: if the process fails.
    """
    with tempfile.TemporaryDirectory() as temporary:
        commands = []
        for number, (name, inputs) in enumerate(requests):
            folder = Path(temporary, str(number))
            folder.mkdir()
            for key, value in inputs.items():
                np.save(folder / f"input_{key}.npy", value, allow_pickle=True)
            files = ";".join(f"{key}={folder}/input_{key}.npy" for key in inputs)
            command = ["run", "--dir", str(version), "--tag_set", "serve", "--signature_def", name]
            commands.append([*command, "--inputs", files, "--outdir", str(folder)])
        environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1"}
        done = subprocess.run(
            [sys.executable, "-c", COMMANDS],
            input=json.dumps(commands),
            capture_output=True,
            text=True,
            env=environment,
            check=False,
        )
        if done.returncode:
            raise VerificationError(f"saved_model_cli run failed on {version}: {done.stderr.strip()[-500:]}")
        return [_outputs(Path(temporary, str(number))) for number in range(len(requests))]


def _outputs(folder: Path) -> Arrays:
    paths = {path.stem: path for path in folder.glob("*.npy") if not path.stem.startswith("input_")}
    return {key: np.load(path, allow_pickle=True) for key, path in paths.items()}


RUNS: dict[str, Run] = {
    "tf.saved_model.load": run_eagerly,
    "tf.compat.v1.Session": run_in_session,
    "saved_model_cli run": run_in_command_line,
}
