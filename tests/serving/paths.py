"""Paths that run a SavedModel without starting a process."""

from tfrec_dl.serving.run_saved_model import run_eagerly, run_in_session

IN_PROCESS = {"tf.saved_model.load": run_eagerly, "tf.compat.v1.Session": run_in_session}
