"""The machine that the advice is for: its cores, memory and accelerators."""

from __future__ import annotations

import os
from dataclasses import dataclass

import tensorflow as tf

from tfrec_dl.runs.memory import available_memory


@dataclass(frozen=True)
class Machine:
    """Resources of a machine to train on.

    Attributes:
        cores: number of CPU cores that this process may use.
        memory: bytes still available to processes; None if unknown.
        devices: accelerators that TensorFlow sees, such as "GPU: NVIDIA H100"; empty if there are none.
    """

    cores: int
    memory: int | None
    devices: tuple[str, ...]


def this_machine() -> Machine:
    """Returns the machine that this process runs on."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    found = (*tf.config.list_physical_devices("GPU"), *tf.config.list_physical_devices("TPU"))
    return Machine(cores, available_memory(), tuple(_described(device) for device in found))


def _described(device: tf.config.PhysicalDevice) -> str:
    name = tf.config.experimental.get_device_details(device).get("device_name", "")
    return f"{device.device_type}: {name}" if name else device.device_type
