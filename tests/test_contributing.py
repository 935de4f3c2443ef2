"""CONTRIBUTING.md does what it says: its files are written, and its commands run."""

import csv
import json
import random
import re
import shlex
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tfrec_dl import plugins
from tfrec_dl.cli import app
from tfrec_dl.encoders import ENCODERS
from tfrec_dl.metrics import METRICS
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.recipes.search_space import SearchRange, declared_space

BLOCKS = dict(
    re.findall(
        r'^```\w+ title="(.+?)"\n(.*?)^```$',
        Path(__file__).parents[1].joinpath("CONTRIBUTING.md").read_text(),
        re.MULTILINE | re.DOTALL,
    )
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with the guide's files and a table of clicks; what they register is gone afterwards."""
    for registry in (ENCODERS, METRICS):
        list(registry)
        monkeypatch.setattr(registry, "_classes", dict(registry._classes))
    monkeypatch.setattr(plugins, "_loaded", list(plugins._loaded))
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    for name, text in BLOCKS.items():
        if name.endswith(".py"):
            Path(name).write_text(text)
    draw = random.Random(0)
    with Path("clicks.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["user_id", "item_id", "timestamp"])
        rows.writerows(
            [f"u{user}", f"i{(user + draw.randint(1, 3) * time) % 20}", time] for user in range(40) for time in range(8)
        )
    yield tmp_path
    for name in BLOCKS:
        sys.modules.pop(Path(name).stem, None)


def run(title, more=""):
    """The commands of a block; `more` is added to those that train, which is to take seconds."""
    for command in BLOCKS[title].splitlines():
        words = shlex.split(command + (more if " train " in command else ""))
        assert words[0] == "tfrec-dl"
        done = CliRunner().invoke(app, words[1:])
        assert done.exit_code == 0, done.output
    return done.output


def test_each_addition_takes_twenty_lines():
    for name, text in BLOCKS.items():
        if name.endswith(".py"):
            code = [line for line in text.splitlines() if line.strip()]
            assert len(code) <= 20, name


def test_the_encoder_says_what_is_worth_searching(folder):
    plugins.load_plugins(["causal_conv"])
    assert declared_space(RECIPES["causal_conv"])["model.body.width"] == SearchRange(2, 9)


@pytest.mark.training
def test_the_encoder_trains_is_exported_and_recommends_and_the_metric_is_reported(folder):
    said = run("the encoder in a terminal", " --set epochs=1 --set dimension=8 --set units=8")
    assert len(re.findall(r"\bi\d+\b", said)) >= 5
    assert json.loads(Path("runs/causal_conv/config.json").read_text())["plugins"] == ["causal_conv"]
    assert "f1@10" in run("the metric in a terminal")
