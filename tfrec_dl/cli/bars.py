"""Progress bars of stages."""

from tfrec_dl.cli.console import console, say


class Bars:
    """A progress bar a stage on a terminal, a line a stage elsewhere."""

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
        """Shows how far a stage is."""
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(stage, total=total)
            if not self._live:
                say(stage)
        self._progress.update(self._tasks[stage], completed=done, total=total)
