"""Parts from a module outside the package, by name wherever ours can be named."""

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from tests import processes
from tests.synthetic import cyclic_interactions
from tfrec_dl import plugins
from tfrec_dl.baselines import BASELINES
from tfrec_dl.cli import app
from tfrec_dl.encoders import ENCODERS
from tfrec_dl.errors import InputError
from tfrec_dl.families.run import Run
from tfrec_dl.losses import LOSSES
from tfrec_dl.metrics import METRICS
from tfrec_dl.runs.resumable import ResumableTraining

NAME = "plugin_of_the_tests"
SOURCE = """
import numpy as np
import tensorflow as tf
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from tfrec_dl import baselines, encoders, losses, metrics


@encoders.register("last_items")
@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class LastItems(encoders.Encoder):
    reach: int = Field(default=2, ge=1)

    def states(self, embedded):
        return tf.keras.layers.Conv1D(8, self.reach, padding="causal", name="last_items")(embedded)


@losses.register("hinge")
@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Hinge(losses.Loss):
    margin: float = 1.0

    def per_target(self, queries, targets, candidates):
        items = candidates.vectors(tf.range(2, candidates.trained_size))
        scores = tf.linalg.matmul(queries, items, transpose_b=True)
        right = tf.gather(scores, targets - 2, batch_dims=1)
        wrong = tf.one_hot(targets - 2, tf.shape(scores)[1], on_value=0.0, off_value=1.0)
        return tf.reduce_mean(wrong * tf.nn.relu(self.margin + scores - right[:, None]), axis=1)


@metrics.register("first")
class First(metrics.Metric):
    def values(self, rankings):
        return (rankings.best_ranks() == 1).astype(np.float64)


@metrics.register("second_half")
class SecondHalf(metrics.AtK):
    def values(self, rankings):
        best = rankings.best_ranks()
        return ((best > self.k / 2) & (best <= self.k)).astype(np.float64)


@baselines.register("alphabet")
class Alphabet(baselines.Baseline):
    def __init__(self, vocabulary):
        self.vocabulary = vocabulary

    @classmethod
    def from_split(cls, split):
        return cls(split.vocabulary)

    def scores(self, histories):
        return np.tile(-np.arange(self.vocabulary.size, dtype=np.float32), (len(histories), 1))
"""
SETTINGS = ("--epochs", "2", "--max-length", "8", "--set", "dimension=4", "--set", "body=last_items")
SETTINGS += ("--set", "body.reach=3", "--set", "loss=hinge", "--set", "loss.margin=0.5")


def call(*arguments: object) -> str:
    """Runs the program in this process; what it printed."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], prog_name="tfrec-dl")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.stderr
    return result.stdout


def forget() -> None:
    """Puts back what was registered and loaded before the plugin."""
    for registry in (ENCODERS, LOSSES, METRICS, BASELINES):
        for name in [name for name, cls in registry._classes.items() if cls.__module__ == NAME]:
            del registry._classes[name]
    if NAME in plugins._loaded:
        plugins._loaded.remove(NAME)
    sys.modules.pop(NAME, None)
    importlib.invalidate_caches()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a table and the plugin, which is the working directory."""
    folder = tmp_path_factory.mktemp("plugins")
    (folder / f"{NAME}.py").write_text(SOURCE)
    cyclic_interactions(users=40, items=12, length=8).to_csv(folder / "table.csv", index=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(sys, "path", [path for path in sys.path if path])
        yield folder
        forget()


def killed_in_its_second_epoch(folder: str, command: tuple[str, ...]) -> None:
    os.chdir(folder)
    ResumableTraining.on_epoch_begin = lambda self, epoch, logs=None: epoch and os._exit(9)  # type: ignore[method-assign]
    app(command)


@pytest.fixture(scope="module")
def run(folder) -> Path:
    """A run of the plugin's parts that was killed after its first epoch, in a process of its own, and resumed."""
    command = ("train", "--data", "table.csv", "--model", "gru", "--out", "run", "--plugin", NAME, *SETTINGS)
    log = folder / "log"
    assert processes.run(log, killed_in_its_second_epoch, str(folder), command) == 9, log.read_text()[-2000:]
    assert not (folder / "run" / "metrics.json").exists()
    forget()
    assert "continuing after epoch 1" in call(*command)
    return folder / "run"


def test_run_remembers_its_plugins_and_opens_with_them(run):
    config = json.loads((run / "config.json").read_text())
    assert config["plugins"] == [NAME]
    assert config["recipe"]["model"]["body"] == {"name": "last_items", "reach": 3}
    forget()
    opened = Run.open(run)
    assert opened.recipe.model.loss.margin == 0.5
    assert opened.model().encoder.name == "last_items"


def test_its_metrics_are_measured_and_reported_beside_ours(run):
    metrics = json.loads((run / "metrics.json").read_text())
    assert 0 <= metrics["test/first/low"] <= metrics["test/first"] <= metrics["test/first/high"] <= 1
    forget()
    printed = call("evaluate", run)
    assert f"{metrics['test/second_half@10']:.4f}" in next(
        line for line in printed.splitlines() if "second_half" in line
    )
    found = json.loads(call("evaluate", run, "--json"))
    assert list(found)[0] == "test/ndcg@10"
    assert found["test/first"] == pytest.approx(metrics["test/first"])


def test_comparison_fits_its_baseline_too(run, folder):
    forget()
    printed = call(
        "--plugin", NAME, "compare", "--data", "table.csv", "--models", "last_items", "--out", "board", *SETTINGS
    )
    assert "baseline alphabet" in printed
    board = pd.read_csv(folder / "board" / "leaderboard.csv")
    assert set(board["model"]) == {"last_items", *BASELINES}
    assert {"first", "first/low", "second_half@10"} <= set(board.columns)
    assert " first |" in (folder / "board" / "leaderboard.md").read_text().splitlines()[0]


def test_export_recommends_without_the_plugin_and_its_card_names_it(run, folder):
    forget()
    call("export", run, "served")
    (card,) = (folder / "served").rglob("model_card.json")
    assert json.loads(card.read_text())["plugins"] == [NAME]
    assert f"## Plugins\n\n- {NAME}\n" in card.with_suffix(".md").read_text()
    forget()
    assert "last_items" not in ENCODERS
    item = pd.read_csv(folder / "table.csv", dtype=str)["item_id"][0]
    assert call("recommend", folder / "served", "--history", item).strip()
    assert NAME not in plugins.loaded_plugins()


def test_run_whose_plugin_is_gone_names_it(run, monkeypatch, tmp_path):
    forget()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path and path != str(run.parent)])
    with pytest.raises(
        InputError, match=f"{run} cannot be opened: plugin '{NAME}' is not installed: install it"
    ) as gone:
        Run.open(run)
    assert "\n" not in str(gone.value)


def test_run_of_others_makes_nothing_run_that_lies_in_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path])
    (tmp_path / "theirs").mkdir()
    config = {"recipe": {}, "data": {}, "data_fingerprint": "0" * 64, "data_size": {}, "versions": {}}
    for module in (tmp_path / "evil.py", tmp_path / "theirs" / "evil.py"):
        module.write_text("import pathlib; pathlib.Path(__file__).with_suffix('.ran').touch()")
    for name, path in (("evil", sys.path), ("theirs.evil", [*sys.path, str(tmp_path)])):  # a mere folder is no package
        monkeypatch.setattr(sys, "path", path)
        (tmp_path / "theirs" / "config.json").write_text(json.dumps({"plugins": [name], **config}))
        with pytest.raises(InputError, match=f"plugin '{name}' is not installed: install it, or, .* --plugin {name}"):
            Run.open(tmp_path / "theirs")
    assert not list(tmp_path.rglob("*.ran"))


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (None, "plugin 'broken' is not installed: install it, or run where Python finds it."),
        ("import no_such_module", "plugin 'broken' needs module 'no_such_module', which is not installed"),
        ("1 / 0", "plugin 'broken' cannot be imported (ZeroDivisionError: division by zero)."),
        ("from tfrec_dl import encoders\n@encoders.register('gru')\nclass G: pass", "'gru' is already tfrec_dl."),
    ],
    ids=["missing", "needs", "raises", "takes a name"],
)
def test_plugin_that_cannot_be_loaded_is_one_line(source, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path])
    importlib.invalidate_caches()
    if source is not None:
        (tmp_path / "broken.py").write_text(source)
    with pytest.raises(InputError) as refused:
        plugins.load_plugins(["broken"])
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)
    sys.modules.pop("broken", None)
    assert "broken" not in plugins.loaded_plugins()


def test_plugins_of_installed_packages_are_found_by_their_entry_point(tmp_path, monkeypatch):
    """In a process of its own: they are looked for once."""
    (tmp_path / "installed_plugin.py").write_text(
        "from tfrec_dl import metrics\n"
        "@metrics.register('nothing')\n"
        "class Nothing(metrics.Metric):\n"
        "    def values(self, rankings):\n"
        "        return rankings.candidates * 0.0\n"
    )
    info = tmp_path / "installed_plugin-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: installed-plugin\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[tfrec_dl.plugins]\nmine = installed_plugin\n")
    source = (
        f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(Path(plugins.__file__).parents[1])!r}]\n"
        "from tfrec_dl.metrics import default_metrics\n"
        "from tfrec_dl.plugins import loaded_plugins\n"
        "print(default_metrics()[-1].key, loaded_plugins(), 'tensorflow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True)
    assert done.stdout == "nothing ['installed_plugin'] False\n", done.stderr
