"""The command `tfrec-dl`: its subcommands, and how their errors are shown."""

import signal
import sys
import threading
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from tfrec_dl import __version__
from tfrec_dl.cli import (
    advise,
    compare,
    demo,
    drift,
    evaluate,
    explain,
    export,
    label,
    models,
    prepare,
    rank,
    recommend,
    report,
    serve,
    similar,
    train,
    tune,
)
from tfrec_dl.cli.console import INTERRUPTED, complain
from tfrec_dl.cli.failures import one_line, refuse_other_encodings
from tfrec_dl.cli.interruptions import GOES_ON, Termination, interruptions, status_of
from tfrec_dl.plugins import load_plugins
from tfrec_dl.quiet import quiet_tensorflow

CALLERS_MISTAKE = 2


class Commands(TyperGroup):
    """Shows what data, disks and memory do as one line on standard error, and ends with 2.

    An interruption ends with 130, a termination (SIGTERM) with 143, after the same clearing up.
    """

    def invoke(self, ctx: Any) -> Any:
        """Runs a command; an interruption becomes a word on how to go on."""
        try:
            with interruptions():
                return super().invoke(ctx)
        except KeyboardInterrupt as interruption:
            _ignore_interruptions()
            goes_on = ctx.invoked_subcommand in ("demo", "prepare", "train", "compare", "tune") or ctx.meta.get(GOES_ON)
            what = "terminated" if isinstance(interruption, Termination) else "interrupted"
            complain(what + (": the same command continues it" if goes_on else ""))
            raise typer.Exit(status_of(interruption)) from interruption

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Runs the program; arguments as for Click."""
        args = _plugins_first(sys.argv[1:] if args is None else args)
        run = partial(super().main, args, prog_name, complete_var, False, windows_expand_args, **extra)
        if not standalone_mode:
            return run()
        try:
            refuse_other_encodings(args)
            status = run()
        except typer.Abort:
            status = INTERRUPTED
        except Exception as error:
            line = one_line(error)
            if line is None:
                raise
            complain(f"error: {line}")
            status = CALLERS_MISTAKE
        sys.exit(status if isinstance(status, int) else 0)


app = typer.Typer(
    name="tfrec-dl",
    cls=Commands,
    help="Deep-learning recommenders: from a table of interactions to recommendations in TF Serving.",
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _ignore_interruptions() -> None:
    """A second one, while the program ends after the first, shows no traceback."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _plugins_first(arguments: Sequence[str]) -> list[str]:
    """Puts `--plugin MODULE`, which is an option of every command, where Click looks for it: before the command."""
    plugins, others = [], list(arguments)
    end = others.index("--") if "--" in others else len(others)
    place = 0
    while place < end:
        if others[place] == "--plugin" and place + 1 < end:
            width = 2
        elif others[place].startswith("--plugin="):
            width = 1
        else:
            place += 1
            continue
        plugins += others[place : place + width]
        del others[place : place + width]
        end -= width
    return plugins + others


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tfrec-dl {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def program(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    plugin: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MODULE",
            show_default=False,
            help="Import a module whose encoders, losses, metrics and baselines can then be named like ours; before or "
            "after the command, repeat for more.",
        ),
    ] = None,
) -> None:
    """Shows the help where no command is given."""
    if plugin:
        quiet_tensorflow()
        load_plugins(plugin)
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


app.command("demo")(demo.demo)
app.command("prepare")(prepare.prepare)
app.command("train")(train.train)
app.command("evaluate")(evaluate.evaluate)
app.command("advise")(advise.advise)
app.command("compare")(compare.compare)
app.command("tune")(tune.tune)
app.command("report")(report.report)
app.command("export")(export.export)
app.command("add-items")(export.add_items)
app.command("update-items")(export.update_items)
app.command("label")(label.label)
app.command("recommend")(recommend.recommend)
app.command("similar")(similar.similar)
app.command("explain")(explain.explain)
app.command("drift")(drift.drift)
app.command("rank")(rank.rank)
app.command("serve")(serve.serve)
app.command("models")(models.models)
