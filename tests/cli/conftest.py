"""Runs the program in this process, on a small table; one trained run and one export are shared."""

import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from tests.impression_log import impression_log
from tests.synthetic import cyclic_interactions
from tfrec_dl.cli import app

TINY = ("--epochs", "1", "--max-length", "8", "--set", "dimension=4", "--set", "units=4")

RANKING = ("--task", "ranking", "--epochs", "1", "--batch-size", "128", "--max-length", "4", "--set", "dimension=4")
IGNORED = ("--context-feature", "stars=ignore", "--context-feature", "order=ignore")
LISTS = ("--list-column", "request", "--position-column", "position", *IGNORED)

Program = Callable[..., SimpleNamespace]


@pytest.fixture(autouse=True, scope="session")
def _no_terminal() -> Iterator[None]:
    """Output goes to no terminal, whatever runs the tests: pytest-xdist claims one of 80 columns."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("COLUMNS", raising=False)
        yield


@pytest.fixture(autouse=True)
def _interruptible() -> Iterator[None]:
    """Tests can be interrupted after one of an interruption, which the program ignores from then on."""
    handler = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, handler)


@pytest.fixture(scope="session")
def tiny() -> tuple[str, ...]:
    """Settings that train in a blink."""
    return TINY


@pytest.fixture(scope="session")
def program() -> Program:
    """Calls the program: arguments -> status, out and err; a traceback fails the test."""

    def call(*arguments: object) -> SimpleNamespace:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments], prog_name="tfrec-dl")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return SimpleNamespace(status=result.exit_code, out=result.stdout, err=result.stderr)

    return call


@pytest.fixture(scope="session")
def refusal(program) -> Callable[..., str]:
    """Calls the program with the caller's mistake in it; returns the one line that it must answer with."""

    def call(*arguments: object) -> str:
        result = program(*arguments)
        assert result.status == 2, result.out + result.err
        lines = result.err.splitlines()
        assert len(lines) == 1, result.err
        assert lines[0].startswith("error: ")
        return lines[0]

    return call


@pytest.fixture(scope="session")
def table(tmp_path_factory) -> Path:
    """60 users who walk a cycle of 20 items, 8 steps each."""
    path = tmp_path_factory.mktemp("data") / "table.csv"
    cyclic_interactions(users=60, items=20, length=8).to_csv(path, index=False)
    return path


@pytest.fixture(scope="session")
def trained(program, table, tmp_path_factory) -> SimpleNamespace:
    """A finished run, not to be written to: its folder, what the program printed, its metrics."""
    folder = tmp_path_factory.mktemp("runs") / "run"
    result = program("train", "--data", table, "--model", "simple_rnn", "--out", folder, *TINY)
    assert result.status == 0, result.err
    metrics = json.loads((folder / "metrics.json").read_text())
    return SimpleNamespace(folder=folder, out=result.out, err=result.err, metrics=metrics)


@pytest.fixture(scope="session")
def exported(program, trained, tmp_path_factory) -> Path:
    """An export of `trained` that shows titles, not to be written to."""
    dest = tmp_path_factory.mktemp("exports") / "cycle"
    rows = [f"item_{item},Step {item},{'odd' if item % 2 else 'even'}" for item in range(20)]
    items = dest.with_name("items.csv")
    items.write_text("\n".join(["item_id,title,side", *rows]))
    options = ("--items", items, "--attributes", "side", "--show", "title")
    assert program("export", trained.folder, dest, *options).status == 0
    return dest


@pytest.fixture(scope="session")
def log(tmp_path_factory) -> Path:
    """1,440 impressions in 360 lists of four."""
    path = tmp_path_factory.mktemp("data") / "log.csv"
    impression_log().to_csv(path, index=False)
    return path


@pytest.fixture(scope="session")
def ranking(log) -> tuple[str, ...]:
    """Options that train a ranker of clicks in lists in a blink."""
    return (*RANKING, "--data", str(log), "--label", "click", *LISTS)


@pytest.fixture(scope="session")
def ranked(program, ranking, tmp_path_factory) -> SimpleNamespace:
    """A finished ranking run, not to be written to: its folder, what the program printed, its metrics."""
    folder = tmp_path_factory.mktemp("runs") / "ranker"
    result = program("train", *ranking, "--out", folder)
    assert result.status == 0, result.err
    metrics = json.loads((folder / "metrics.json").read_text())
    return SimpleNamespace(folder=folder, out=result.out, err=result.err, metrics=metrics)
