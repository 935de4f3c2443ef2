"""Whatever is imported first, `tf.keras` is Keras 2 or the user is told what to do."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

PROGRAMS = {
    "TensorFlow first": ("import tensorflow as tf; import tfrec_dl; print(tf.keras.layers.Layer.__module__)", None),
    "Keras 3 first": ("import tensorflow as tf; tf.keras.layers; import tfrec_dl", None),
    "Keras 3 asked for": ("import tfrec_dl", "0"),
}


@pytest.fixture(scope="module")
def ends() -> dict[str, subprocess.CompletedProcess]:
    def end(program: tuple[str, str | None]) -> subprocess.CompletedProcess:
        source, legacy = program
        environment = {name: value for name, value in os.environ.items() if name != "TF_USE_LEGACY_KERAS"}
        environment |= {} if legacy is None else {"TF_USE_LEGACY_KERAS": legacy}
        return subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, env=environment)

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(PROGRAMS, pool.map(end, PROGRAMS.values()), strict=True))


def test_keras_2_is_selected_after_tensorflow_was_imported(ends):
    end = ends["TensorFlow first"]
    assert end.stdout.startswith("tf_keras."), end.stderr


@pytest.mark.parametrize("case", ["Keras 3 first", "Keras 3 asked for"])
def test_keras_3_is_refused_with_the_remedy(ends, case):
    assert "ImportError: tfrec_dl needs Keras 2" in ends[case].stderr
    assert "set TF_USE_LEGACY_KERAS=1" in ends[case].stderr
