"""The command `tfrec-dl models`."""

from typing import Annotated

import typer

from tfrec_dl.cli.console import say
from tfrec_dl.cli.tasks import COMMANDS
from tfrec_dl.quiet import quiet_tensorflow

Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="[MODEL]...", help="Recipes whose settings to explain; by default, all recipes are listed."),
]


def models(names: Names = None) -> None:
    """List every recipe with its source and settings, or explain the settings of the named recipes."""
    quiet_tensorflow()
    from tfrec_dl.cli.reports.one_recipe import show_recipe
    from tfrec_dl.recipes.named import RECIPES, get_recipe

    for recipe in [get_recipe(name) for name in names or []]:
        show_recipe(recipe)
    if names:
        say("Change any of them with --set SETTING=VALUE; the last part of its name is enough if it is unique.")
        return
    recipes = list(RECIPES.values())
    for name, commands in COMMANDS.items():
        commands.show_recipes([recipe for recipe in recipes if recipe.family.task.name == name])
    say("Change any setting with --set KEY=VALUE; the last part of a name is enough if it is unique.")
    say("To see what each setting does: tfrec-dl models NAME.")
