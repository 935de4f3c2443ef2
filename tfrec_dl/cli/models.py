"""`tfrec-dl models`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, get_args

from rich.columns import Columns
from rich.padding import Padding
from rich.text import Text

from tfrec_dl.cli.console import console, say
from tfrec_dl.cli.quiet import quiet_tensorflow
from tfrec_dl.cli.reports.ranking_models import ranking_models

if TYPE_CHECKING:
    from tfrec_dl.recipes.recipe import Recipe

HIDDEN = ("model.body.name", "model.name")  # which network it is, of which family; the recipe's name says it
MEMBERS = "model.members."
CONTENT = "model.content."
OPEN = "(open)"
UNSET = {
    "model.loss": "(by the catalogue's size)",
    "model.hashing.own_rows": "(all)",
    "model.hashing.buckets": "(a tenth of the other items)",
    "training.context": "(half of max_length)",
    "training.steps_per_epoch": "(a pass over the data)",
    "model.click": "(by the lists)",
    "model.id_dropout": "(by the labels)",
    "model.ranker.projection": "(full rank)",
    "model.ranker.pair_weight": "(as small as others)",
    "training.drawn": "(the last max_length)",
}


def models() -> None:
    """List every recipe, its source and its settings."""
    quiet_tensorflow()
    from tfrec_dl.adversarial.configuration import CFGANConfig, IRGANConfig
    from tfrec_dl.adversarial.losses import AdversarialLoss
    from tfrec_dl.encoders.encoder import ENCODERS
    from tfrec_dl.features.readers import FUSIONS, PICTURE_READERS
    from tfrec_dl.losses.loss import LOSSES
    from tfrec_dl.losses.rating.rating_output import RATING_OUTPUTS
    from tfrec_dl.recipes.named import RECIPES
    from tfrec_dl.runs.run_config import flat_settings
    from tfrec_dl.stacking.configuration import StackedConfig

    content: dict[str, Any] = {}
    for recipe in RECIPES.values():
        say(recipe.name, style="bold")
        say(f"  {recipe.source}")
        settings = {name: value for name, value in flat_settings(recipe.to_dict()).items() if name not in HIDDEN}
        if isinstance(recipe.model, StackedConfig):
            others = {name: value for name, value in settings.items() if not name.startswith(MEMBERS)}
            settings = {MEMBERS.removesuffix("."): ",".join(recipe.model.members), **others}
            say("  the members are recipes, whose settings hold for each that has them")
        if isinstance(recipe.model, IRGANConfig | CFGANConfig):
            parts = ("model.generator", "model.discriminator")
            others = {
                name.removesuffix(".name"): value for name, value in settings.items() if not name.startswith(parts)
            }
            named = {f"model.{part}": network for part, network in networks(recipe).items()}
            settings = {**named, **others}
            say("  generator and discriminator may be named by recipes, whose settings hold for each that has them")
        content |= {name: value for name, value in settings.items() if name.startswith(CONTENT)}
        for part in ("model.", "training."):
            show({name: value for name, value in settings.items() if name.startswith(part) and name not in content})
        say()
    say("every recipe with --kind content or hybrid, and for the features of users", style="bold")
    show({name.removesuffix(".name"): value for name, value in content.items()})
    say()
    say(f"model.body is one of {', '.join(ENCODERS)}")
    say(f"model.loss is one of {', '.join(LOSSES)}")
    games = get_args(get_args(AdversarialLoss)[0])
    say(f"model.adversarial_training.adversarial_loss is one of {', '.join(loss().name for loss in games)}")
    say(f"model.content.image is one of {', '.join(PICTURE_READERS)}")
    say(f"model.content.fusion is one of {', '.join(FUSIONS)}")
    say()
    say("for --task ranking", style="bold")
    say()
    for heading, source, settings in ranking_models():
        say(heading, style="bold")
        say(f"  {source}")
        show(settings)
        say()
    say("model.sharing is shared_bottom, shared_embeddings or mmoe, model.click choice or click,")
    say(f"model.rating.output {' or '.join(RATING_OUTPUTS)}, model.calibration platt, isotonic or none")
    say("Change any setting with --set KEY=VALUE; the last part of a name is enough where it is unique.")


def networks(recipe: "Recipe") -> dict[str, str]:
    """Part of a game -> the recipe that it is by default."""
    from tfrec_dl.recipes.named import RECIPES

    parts = {part: getattr(recipe.model, part, None) for part in ("generator", "discriminator")}
    return {part: name for part, network in parts.items() for name, other in RECIPES.items() if other.model == network}


def show(settings: Mapping[str, Any]) -> None:
    """Prints settings in columns."""
    texts = [Text(f"{name}={UNSET.get(name, OPEN) if value is None else value}") for name, value in settings.items()]
    console().print(Padding(Columns(texts, padding=(0, 2)), (0, 0, 0, 2)))
