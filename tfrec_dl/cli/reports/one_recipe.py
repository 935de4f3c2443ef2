"""Explanation of one recipe: each setting, its default and its purpose."""

from collections.abc import Iterable, Mapping

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tfrec_dl.cli.console import console, say
from tfrec_dl.cli.reports.settings import shown_value
from tfrec_dl.recipes.descriptions import description
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.registered_fields import registered_settings

FEATURES = "model.content."  # settings of feature readers come last, because most tables have no features


def show_recipe(recipe: Recipe) -> None:
    """Prints a recipe with its task, its source and a table of its settings."""
    say(f"{recipe.name}, for --task {recipe.family.task.name}", style="bold")
    say(f"  {recipe.source}")
    if recipe.family.settings_note:
        say(f"  {recipe.family.settings_note}")
    settings = recipe.family.settings(recipe)
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("setting", "default", "description"):
        table.add_column(heading, overflow="fold")
    configurations = (type(recipe.model), type(recipe.training))
    parts = {name: part for each in configurations for name, part in registered_settings(each).items()}
    for path, value in sorted(settings.items(), key=lambda setting: setting[0].startswith(FEATURES)):
        table.add_row(Text(path), Text(shown_value(path, value)), Text(_explained(recipe, path, parts)))
    console().print(Padding(table, (1, 0, 1, 2)))


def _explained(recipe: Recipe, path: str, parts: Mapping[str, Iterable[str]]) -> str:
    """Describes a setting, and lists the available names if the setting selects a part."""
    text, name = description(recipe, path), path.rpartition(".")[2]
    return f"{text} One of {', '.join(parts[name])}.".strip() if name in parts else text
