"""Seconds of `import tfrec_dl` and of all its public names, against `import tensorflow`, each in a new process.

python -m benchmarks.import_time
"""

import os
import subprocess
import sys
from typing import Annotated

import numpy as np
import typer

from benchmarks.timing import interleaved, machine, print_table

TENSORFLOW = "import tensorflow"
STATEMENTS = {
    TENSORFLOW: "import tensorflow",
    "import tfrec_dl": "import tfrec_dl",
    "import tfrec_dl, and what trains and recommends": (
        "from tfrec_dl import DataSource, evaluate, export_saved_model, get_recipe, load, train"
    ),
    "import tfrec_dl, and every public name": "import tfrec_dl; [getattr(tfrec_dl, name) for name in tfrec_dl._HOME]",
}


def run(statement: str) -> None:
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    subprocess.run([sys.executable, "-c", statement], check=True, env=environment, stderr=subprocess.DEVNULL)


def main(repeats: Annotated[int, typer.Option(help="Processes per import.", min=1)] = 12) -> None:
    """Prints the table."""
    seconds = interleaved({name: lambda code=code: run(code) for name, code in STATEMENTS.items()}, repeats, warm_up=1)
    medians = {name: float(np.median(values)) for name, values in seconds.items()}
    print(f"{machine()}; medians of {repeats} processes in turn\n")
    rows = [[f"`{name}`", f"{value:.2f}", f"{value / medians[TENSORFLOW]:.2f}"] for name, value in medians.items()]
    print_table(["", "seconds", "times `import tensorflow`"], rows)


if __name__ == "__main__":
    typer.run(main)
