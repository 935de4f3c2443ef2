"""Executes the notebooks of examples/ and keeps what they show: python -m docs.notebooks."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

EXAMPLES = Path(__file__).parents[1] / "examples"
NOTEBOOKS = sorted(EXAMPLES.glob("*.ipynb"))
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def executed(notebooks: Sequence[Any]) -> list[Any]:
    """The notebooks with what their cells show now, but for TensorFlow's log, which holds greetings and paths.

    One kernel executes all, emptied after each: importing TensorFlow takes as long as a notebook.

    Args:
        notebooks: as `nbformat.read` gives them; they are changed.

    Raises:
        CellExecutionError: if a cell fails.
    """
    cells = []
    for notebook in notebooks:
        cells += [*notebook.cells, nbformat.v4.new_code_cell("%reset -f")]
    together = nbformat.v4.new_notebook(cells=cells, metadata=METADATA)
    NotebookClient(together, timeout=600, kernel_name="python3", record_timing=False).execute()
    for notebook in notebooks:
        notebook.metadata = nbformat.from_dict(METADATA)
        for count, cell in enumerate(code_cells(notebook), start=1):
            cell.outputs = [each for each in map(_without_log, cell.outputs) if each.get("text") != ""]
            for each in (cell, *cell.outputs):
                if "execution_count" in each:
                    each.execution_count = count
    return list(notebooks)


def _without_log(output: Any) -> Any:
    """An output; of text what the cell has printed itself."""
    if output.output_type == "stream":
        lines = output.text.splitlines(keepends=True) if output.name == "stdout" else []
        output.text = "".join(line for line in lines if not line.startswith("INFO:tensorflow:"))
    return output


def code_cells(notebook: Any) -> list[Any]:
    """The cells of a notebook that hold code."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def read(path: Path) -> Any:
    """A notebook as it stands."""
    return nbformat.read(path, as_version=4)


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    for path, notebook in zip(NOTEBOOKS, executed([read(path) for path in NOTEBOOKS]), strict=True):
        nbformat.write(notebook, path)
