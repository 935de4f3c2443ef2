"""What the project's own files promise to those who work on it."""

import configparser
import re
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import tfrec_dl

ROOT = Path(__file__).parents[1]


def requirements():
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    groups = {"": setup["options"]["install_requires"], **setup["options.extras_require"]}
    return {group: [Requirement(line) for line in text.split("\n") if line] for group, text in groups.items()}


@pytest.mark.parametrize("group", requirements())
def test_the_lock_pins_what_setup_cfg_asks_for(group):
    locked = {}
    for line in (ROOT / "requirements/lock.txt").read_text().splitlines():
        pin = Requirement(line)
        locked.setdefault(canonicalize_name(pin.name), []).append(next(iter(pin.specifier)).version)
    for requirement in requirements()[group]:
        if canonicalize_name(requirement.name) != "tfrec-dl":
            versions = locked.get(canonicalize_name(requirement.name))
            assert versions, f"{requirement.name} is not in the lock: make lock"
            assert all(requirement.specifier.contains(version) for version in versions), requirement


def test_the_extra_all_holds_every_extra_that_users_or_developers_need():
    extras = requirements()
    held = next(requirement.extras for requirement in extras["all"])
    assert held == set(extras) - {"", "all", "release"}


def test_the_changelog_knows_the_version():
    sections = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert sections[0] == "Unreleased"
    assert tfrec_dl.__version__ in sections


def test_every_make_target_has_a_line_of_help():
    makefile = (ROOT / "Makefile").read_text()
    targets = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)[1].split()
    helped = re.findall(r"^([a-z-]+):.* ## \S", makefile, re.MULTILINE)
    assert sorted(helped) == sorted(targets)


def test_checks_before_a_commit_are_those_of_make_lint():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    lint = re.search(r"^lint:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)[1]
    tools = re.findall(r"\$\(BIN\)/(\S+)(?: (check|format))?", lint)
    assert [re.findall(r'/([\w-]+)"(?: (check|format))?', hook["entry"])[0] for hook in hooks] == tools


def test_every_file_of_the_package_is_installed():
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    patterns = {package: text.split() for package, text in setup["options.package_data"].items()}
    for path in (ROOT / "tfrec_dl").rglob("*"):
        if path.is_file() and path.suffix not in (".py", ".pyc"):
            home = next(folder for folder in path.parents if (folder / "__init__.py").exists())
            package = ".".join(home.relative_to(ROOT).parts)
            asked = [*patterns["*"], *patterns.get(package, ())]
            assert any(path in home.glob(pattern) for pattern in asked), f"setup.cfg leaves {path} out"
