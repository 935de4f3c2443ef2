"""`tfrec-dl models`."""

from tfrec_dl.cli.console import say
from tfrec_dl.cli.tasks import COMMANDS
from tfrec_dl.quiet import quiet_tensorflow


def models() -> None:
    """List every recipe, its source and its settings."""
    quiet_tensorflow()
    from tfrec_dl.recipes.named import RECIPES

    recipes = list(RECIPES.values())
    for name, commands in COMMANDS.items():
        commands.show_recipes([recipe for recipe in recipes if recipe.family.task.name == name])
    say("Change any setting with --set KEY=VALUE; the last part of a name is enough where it is unique.")
