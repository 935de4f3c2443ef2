"""Opening a run of either kind."""

from pathlib import Path

from tfrec_dl.ranking.run import TASK, RankingRun
from tfrec_dl.retrieval.run import Run
from tfrec_dl.runs.run_config import read_json


def open_run(folder: Path | str) -> Run | RankingRun:
    """Opens a run of retrieval or of ranking, whichever the folder holds, finished or not.

    Raises:
        InputError: if the folder holds none.
    """
    is_ranking = read_json(Path(folder) / "config.json").get("task") == TASK
    return RankingRun.open(folder) if is_ranking else Run.open(folder)
