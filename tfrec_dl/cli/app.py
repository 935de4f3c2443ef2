"""The program `tfrec-dl`: its subcommands and its error handling."""

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
    """Reports errors caused by data, disks or memory as one line on standard error and exits with status 2.

    An interruption exits with status 130 and a termination (SIGTERM) with 143. Both clean up in the same way.
    """

    def invoke(self, ctx: Any) -> Any:
        """Runs a command; after an interruption, prints how to continue."""
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
        """Runs the program; takes the same arguments as Click's `main`."""
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
    """Ignores further interruptions, so that a second one during shutdown shows no traceback."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _plugins_first(arguments: Sequence[str]) -> list[str]:
    """Moves `--plugin MODULE`, which every command accepts, in front of the command, where Click looks for it."""
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
            help="Import a module that registers encoders, losses, metrics or baselines, so that they can be named "
            "like the built-in ones. Goes before or after the command. Repeatable.",
        ),
    ] = None,
) -> None:
    """Shows the help if no command is given."""
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
