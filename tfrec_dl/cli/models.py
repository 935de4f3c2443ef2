"""`tfrec-dl models`."""

from typing import get_args

from rich.columns import Columns
from rich.padding import Padding
from rich.text import Text

from tfrec_dl.cli.console import console, say
from tfrec_dl.cli.quiet import quiet_tensorflow

HIDDEN = ("model.body.name",)  # which network it is; the recipe's name says it
OPEN = "(open)"
UNSET = {"model.loss": "(by the catalogue's size)", "training.context": "(half of max_length)"}


def models() -> None:
    """List every recipe, its source and its settings."""
    quiet_tensorflow()
    from tfrec_dl.recipes import RECIPES
    from tfrec_dl.tasks.losses import Loss
    from tfrec_dl.training.run import flat_settings

    for recipe in RECIPES.values():
        say(recipe.name, style="bold")
        say(f"  {recipe.source}")
        settings = flat_settings(recipe.to_dict())
        for part in ("model.", "training."):
            shown = {name: value for name, value in settings.items() if name.startswith(part) and name not in HIDDEN}
            texts = [
                Text(f"{name}={UNSET.get(name, OPEN) if value is None else value}") for name, value in shown.items()
            ]
            console().print(Padding(Columns(texts, padding=(0, 2)), (0, 0, 0, 2)))
        say()
    losses = get_args(get_args(Loss)[0])
    say(f"model.loss is one of {', '.join(loss().name for loss in losses)}")
    say("Change any setting with --set KEY=VALUE; the last part of a name is enough where it is unique.")
