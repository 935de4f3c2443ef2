"""Options that are the fields of a dataclass."""

from dataclasses import dataclass
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from tfrec_dl.cli.options.groups import given, grouped


@dataclass(frozen=True)
class Size:
    width: Annotated[int, typer.Option(help="From left to right.")]
    tall_as: Annotated[list[str] | None, typer.Option(metavar="WHAT")] = None


@pytest.fixture
def call():
    seen = []

    @grouped
    def draw(size: Size, name: Annotated[str, typer.Argument()], loud: Annotated[bool, typer.Option()] = False) -> None:
        """Draws it."""
        seen.append((size, name, loud))

    app = typer.Typer()
    app.command()(draw)
    return lambda *arguments: (CliRunner().invoke(app, arguments), seen)


def test_command_gets_its_groups_and_its_own_parameters(call):
    result, seen = call("box", "--width", "3", "--tall-as", "house", "--tall-as", "tree", "--loud")
    assert result.exit_code == 0, result.output
    assert seen == [(Size(3, ["house", "tree"]), "box", True)]


def test_field_without_a_default_is_required_and_help_says_what_it_is(call):
    assert call("box")[0].exit_code == 2
    printed = call("--help")[0].output
    assert "From left to right." in printed
    assert "Draws it." in printed


def test_options_given_are_those_that_differ_from_their_defaults():
    assert given(Size(3)) == ["--width"]
    assert given(Size(3, ["tree"])) == ["--width", "--tall-as"]
