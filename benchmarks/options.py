"""Options shared by the benchmarks that train recipes on the data sets."""

from pathlib import Path
from typing import Annotated

import typer

from benchmarks.settings import DATA_SETS
from tfrec_dl.data.source import DataSource
from tfrec_dl.errors import InputError

Data = Annotated[str, typer.Argument(help=f"One of {', '.join(DATA_SETS)}.")]
Models = Annotated[str, typer.Option(help="Comma-separated recipes.")]
Seeds = Annotated[int, typer.Option(help="Runs per recipe, with different seeds.", min=1)]
Folder = Annotated[Path, typer.Option(help="Folder of the data sets.")]
Runs = Annotated[Path, typer.Option(help="Folder of the runs; finished ones are not repeated.")]
Out = Annotated[Path | None, typer.Option(help="Also write the table to this .csv, .json or .md file.")]

FOLDER, RUNS = Path("../shared/data"), Path("runs")


def source_of(data: str, folder: Path) -> DataSource:
    """The table of a data set.

    Raises:
        InputError: for a name that is none's.
    """
    if data not in DATA_SETS:
        raise InputError(f"no data set is called {data!r}: choose one of {', '.join(DATA_SETS)}.")
    return DataSource(str(folder / DATA_SETS[data].path))
