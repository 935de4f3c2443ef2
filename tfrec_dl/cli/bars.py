"""Progress bars for the stages of a job."""

from tfrec_dl.cli.console import console, say


class Bars:
    """Shows one progress bar per stage on a terminal, and one line per stage elsewhere."""

    def __init__(self) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        screen = console()
        self._live = screen.is_terminal
        self._progress = Progress(*columns, console=screen, disable=not self._live)
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> "Bars":
        self._progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._progress.stop()

    def show(self, stage: str, done: int, total: int | None) -> None:
        """Updates the progress of a stage."""
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(stage, total=total)
            if not self._live:
                say(stage)
        self._progress.update(self._tasks[stage], completed=done, total=total)
