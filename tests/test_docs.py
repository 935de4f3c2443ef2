"""What the documentation names is there: files, public names, modules, commands with their options and settings."""

import ast
import importlib
import re
import shlex
from functools import reduce
from pathlib import Path

import pytest
import typer

import tfrec_dl
from docs.part_tables import PAGE, README, parts_page, with_recipes
from tfrec_dl.cli import app

ROOT = Path(__file__).parents[1]
PAGES = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for path in (
        *sorted((ROOT / "docs").rglob("*.md")),
        README,
        ROOT / "CONTRIBUTING.md",
        ROOT / "saved_models/README.md",
    )
}
every_page = pytest.mark.parametrize("page", PAGES)


def commands(text):
    """The words of each `tfrec-dl ...` that stands on a line of its own, comments aside."""
    lines = re.findall(r"^(?: {4})?(tfrec-dl .*)$", text, re.MULTILINE)
    return [shlex.split(line, comments=True)[1:] for line in lines]


def test_tables_of_parts_are_those_of_the_registries():
    # When a part or recipe is new or has a new docstring: python -m docs.part_tables
    assert PAGE.read_text(encoding="utf-8") == parts_page()
    assert README.read_text(encoding="utf-8") == with_recipes(README.read_text(encoding="utf-8"))


def test_every_room_is_described():
    table = PAGES["docs/architecture.md"].split("## Rooms")[1].split("\n## ")[0]
    rooms = {room for line in table.splitlines() if line.startswith("| `") for room in re.findall(r"`(\w+)/`", line)}
    package = ROOT / "tfrec_dl"
    assert rooms >= {init.parent.name for init in package.glob("*/__init__.py")}


@every_page
def test_files_exist(page):
    text = PAGES[page]
    named = re.findall(r"`([\w.-]+/[\w./-]*\.(?:py|md|toml|txt|yml))`", text)
    missing = [name for name in named if not any((place / name).exists() for place in (ROOT, ROOT / "tfrec_dl"))]
    modules = [name.rstrip(".") for name in re.findall(r"python -m ((?:benchmarks|docs)\.[\w.]+)", text)]
    places = [(name, ROOT / name.replace(".", "/")) for name in modules]
    missing += [name for name, at in places if not any(map(Path.exists, (at.with_suffix(".py"), at / "__main__.py")))]
    assert not [name for name in missing if "assets.extra" not in name]


@every_page
def test_names_of_the_package_exist(page):
    text = PAGES[page]
    named = set(re.findall(r"`(tfrec_dl(?:\.\w+)+)", text))
    for block in re.findall(r"```python[^\n]*\n(.*?)```", text, re.DOTALL):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("tfrec_dl"):
                named |= {f"{node.module}.{alias.name}" for alias in node.names}
            if isinstance(node, ast.Attribute) and re.fullmatch(r"tfrec_dl(\.\w+)+", ast.unparse(node)):
                named.add(ast.unparse(node))
    for name in named - {"tfrec_dl.plugins"}:  # the group of entry points
        reduce(_member, name.split(".")[1:], tfrec_dl)


def _member(owner, name):
    """An attribute, or a module that is imported when it is asked for."""
    try:
        return getattr(owner, name)
    except AttributeError:
        return importlib.import_module(f"{owner.__name__}.{name}")


@every_page
def test_commands_have_the_options_that_they_are_given(page):
    known = typer.main.get_command(app)
    for command, *words in commands(PAGES[page]):
        options = {option for part in (known, known.commands[command]) for each in part.params for option in each.opts}
        given = {word.split("=")[0] for word in words if re.match(r"--?[a-z]", word)}
        assert given <= options, f"tfrec-dl {command} {' '.join(words)}"


@every_page
def test_recipes_and_settings_of_commands_exist(page):
    for words in commands(PAGES[page]):
        pairs = list(zip(words, words[1:], strict=False))
        names = [name for option, value in pairs if option in ("--model", "--models") for name in value.split(",")]
        settings = dict(value.split("=", 1) for option, value in pairs if option == "--set")
        for name in set(names) - {"auto"} if "--plugin" not in words else []:
            tfrec_dl.get_recipe(name).with_settings(settings)
