import subprocess
import sys

import pytest

import tfrec_dl
from tfrec_dl.runs.resumable import ResumableTraining

COMMANDS = (
    "demo",
    "train",
    "evaluate",
    "compare",
    "report",
    "export",
    "add-items",
    "update-items",
    "recommend",
    "similar",
    "explain",
    "rank",
    "models",
)


def test_version(program):
    assert program("--version").out == f"tfrec-dl {tfrec_dl.__version__}\n"


@pytest.mark.parametrize("arguments", [("--help",), ()], ids=["--help", "nothing"])
def test_help_lists_every_command(program, arguments):
    result = program(*arguments)
    assert result.status == 0
    assert all(f" {command} " in result.out for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(program, command):
    result = program(command, "--help")
    assert result.status == 0
    assert "Usage:" in result.out


def test_help_does_not_wait_for_tensorflow():
    source = "import sys; from tfrec_dl.cli import app; print('tensorflow' in sys.modules, 'pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", source], capture_output=True, text=True).stdout == "False False\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["trian"], "Did you mean 'train'"),
        (["--verson"], "--verson"),
        (["train", "--data", "x.csv", "--model", "simple_rnn"], "--out"),
        (["train", "--data", "x.csv", "--model", "simple_rnn", "--out", "o", "--epochs", "many"], "--epochs"),
        (["train", "--data", "x.csv", "--model", "simple_rnn", "--out", "o", "--split", "last"], "leave-last-out"),
        (["evaluate"], "RUN"),
    ],
)
def test_misuse_is_one_line_that_names_it(refusal, arguments, said):
    assert said in refusal(*arguments)


def test_interrupted_training_says_how_to_go_on_and_goes_on(program, table, tiny, tmp_path, monkeypatch):
    out = tmp_path / "run"
    command = ("train", "--data", table, "--model", "simple_rnn", "--out", out, *tiny, "--epochs", 3)

    def interrupt(callback, epoch, logs=None):
        if epoch == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(ResumableTraining, "on_epoch_begin", interrupt)
        result = program(*command)
    assert result.status == 130
    assert result.err == "interrupted: the same command continues it\n"
    assert not (out / "metrics.json").exists()

    result = program(*command)
    assert result.status == 0
    assert "continuing after epoch 2\n" in result.out
    assert len((out / "history.csv").read_text().splitlines()) == 1 + 3
    assert (out / "metrics.json").exists()


def test_tensorflow_starts_in_silence_and_is_heard_when_it_fails():
    def end(program: str) -> subprocess.CompletedProcess:
        environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(sys.path)}
        return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment)

    quiet = end("from tfrec_dl.quiet import quiet_tensorflow; quiet_tensorflow(); import tensorflow; print('up')")
    assert (quiet.stdout, quiet.stderr) == ("up\n", "")

    held = "from tfrec_dl.quiet import _held_back_standard_error as held\nimport os\n"
    failed = end(held + "with held():\n    os.write(2, b'the cause\\n')\n    raise OSError('no such library')")
    assert "the cause\n" in failed.stderr
    assert "OSError: no such library" in failed.stderr
