"""The notebooks, executed: no cell fails, and each shows the kinds of things that it is committed with."""

from copy import deepcopy

import pytest

from docs.notebooks import NOTEBOOKS, code_cells, executed, read


@pytest.fixture(scope="module")
def notebooks():
    committed = {path.stem: read(path) for path in NOTEBOOKS}
    fresh = executed([deepcopy(each) for each in committed.values()])
    return {name: (one, other) for (name, one), other in zip(committed.items(), fresh, strict=True)}


def kinds(notebook):
    """What each cell shows, by the formats that it is shown in."""
    return [
        [sorted(each.get("data", {each.output_type: ""})) for each in cell.outputs] for cell in code_cells(notebook)
    ]


@pytest.mark.parametrize("name", ["quickstart", "keras_fit"])
def test_a_notebook_shows_what_it_is_committed_with(notebooks, name):
    # After a change: python -m docs.notebooks
    committed, fresh = notebooks[name]
    assert kinds(fresh) == kinds(committed)
    assert sum("image/png" in each for cell in kinds(committed) for each in cell) >= 2


def test_recommendations_have_titles(notebooks):
    _, fresh = notebooks["quickstart"]
    tables = [
        each.data["text/html"]
        for cell in code_cells(fresh)
        for each in cell.outputs
        if "data" in each and "text/html" in each.data
    ]
    (plain, ruled) = [table for table in tables if "5 recommendations" in table]
    assert "part " in plain
    assert "Western" not in ruled  # what the rule leaves out
