"""Check, before memory is allocated, that a configuration requires no larger variables than its checkpoints hold."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import Any

import tensorflow as tf

from tfrec_dl.errors import InputError

MORE_NUMBERS = 10_000_000
"""Numbers that a model may have in addition to those of its checkpoints, such as statistics of features."""
MORE_ARRAYS = 1_000
"""Arrays that it may have in addition."""


@contextmanager
def sizes_checked(folder: Path, settings: Mapping[str, Any]) -> Iterator[None]:
    """Rejects variables that the checkpoints of a run cannot fill, before each is created.

    Args:
        folder: folder of the run; runs inside it count too.
        settings: maps paths of settings to values, to name the one that requires too much.

    Raises:
        InputError: if a variable is too large; names file, setting and value.
    """
    shapes = [shape for index in folder.rglob("checkpoints/best/*.index") for shape in _shapes(index.with_suffix(""))]
    held = sum(map(prod, shapes))
    # Networks that read pictures load their weights from separate files.
    values = (Path(value) for name, value in settings.items() if name.endswith("weights") and isinstance(value, str))
    files = [file for file in values if file.is_file()]
    most_numbers = 2 * held + MORE_NUMBERS + sum(file.stat().st_size // 2 for file in files)
    most_arrays = 2 * len(shapes) + MORE_ARRAYS * (1 + len(files))
    numbers = arrays = 0

    def create(make: Any, **arguments: Any) -> Any:
        nonlocal numbers, arrays
        shape = tf.TensorShape(arguments.get("shape"))
        sides = [] if shape.rank is None else [int(side or 1) for side in shape.as_list()]
        numbers += prod(sides)
        arrays += 1
        if numbers > most_numbers or arrays > most_arrays:
            raise InputError(_refusal(folder, settings, sides, held))
        return make(**arguments)

    with tf.variable_creator_scope(create):
        yield


def _refusal(folder: Path, settings: Mapping[str, Any], sides: list[int], held: int) -> str:
    # The setting equal to the largest side, or otherwise the largest number of all.
    numbers = {name: value for name, value in settings.items() if type(value) is int}
    largest = max(sides, default=None)
    names = [name for name, value in numbers.items() if value == largest] or sorted(numbers, key=numbers.__getitem__)
    named = f"{names[-1]} is {settings[names[-1]]!r}" if names else "the model is too large"
    return (
        f"{folder / 'config.json'}: {named}, which needs more numbers, for example in an array of {sides}, than the "
        f"{held:,} in the checkpoints: the run is damaged."
    )


def _shapes(checkpoint: Path) -> list[list[int]]:
    """Returns the shapes of the arrays in a checkpoint; empty if it is unreadable, which restoring it will report."""
    try:
        return list(tf.train.load_checkpoint(str(checkpoint)).get_variable_to_shape_map().values())
    except (tf.errors.OpError, ValueError, IndexError, RuntimeError):
        return []
