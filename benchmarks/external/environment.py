"""Runs a benchmark in a separate virtual environment, because its library needs versions that tfrec_dl cannot use."""

import os
import subprocess
import sys
import venv
from pathlib import Path


def enter(folder: Path, requirements: Path, without_dependencies: tuple[str, ...] = ()) -> None:
    """Returns only inside the environment: makes it, installs what is missing, and starts the running script in it.

    Args:
        folder: the environment; created when absent.
        requirements: the pinned requirements file.
        without_dependencies: requirements to install with --no-deps, after the file's.
    """
    wanted = requirements.read_text() + "\n".join(without_dependencies)
    stamp = folder / ".tfrec_dl_benchmark"
    python = folder / "bin" / "python"
    if not stamp.is_file() or stamp.read_text() != wanted:
        if not python.is_file():
            venv.create(folder, with_pip=True)
        install = [python, "-m", "pip", "install", "--disable-pip-version-check"]
        subprocess.run([*install, "--requirement", requirements], check=True)
        if without_dependencies:
            subprocess.run([*install, "--no-deps", *without_dependencies], check=True)
        stamp.write_text(wanted)
    if Path(sys.prefix).resolve() != folder.resolve():
        os.execv(python, [str(python), *sys.argv])
