"""Display of tuning results as tables."""

from typing import TYPE_CHECKING

from rich.table import Table

from tfrec_dl.cli.console import console, say

if TYPE_CHECKING:
    from tfrec_dl.lifecycle.tuning.results import Tuned
    from tfrec_dl.recipes.recipe import Recipe


def show_tuned(tuned: "Tuned", recipe: "Recipe") -> None:
    """Prints the best settings beside the recipe's own, and the resulting gain on validation.

    Args:
        tuned: the tuning results.
        recipe: the original recipe.
    """
    first = tuned.trials.iloc[0]
    table = Table(title=f"{recipe.name}: settings of the best trial of {len(tuned.trials)}", title_justify="left")
    table.add_column("setting")
    for column in ("as given", "best", "importance"):
        table.add_column(column, justify="right")
    for name, value in tuned.settings.items():
        before, share = first.get(name), tuned.importances.get(name)
        table.add_row(name, _shown(before), _shown(value), "" if share is None else f"{share:.0%}".replace("%", " %"))
    console().print(table)
    before = "" if tuned.default is None else f", {tuned.default:.4f} with the settings as given"
    say(f"{tuned.metric} on validation: {tuned.value:.4f}{before}")
    if tuned.value == tuned.default:
        say("no trial was better than the settings as given")
        return
    say("this is the best of several trials and therefore optimistic; the test metrics of the run below are not")
    say("as a command: " + " ".join(f"--set {name}={_exact(value)}" for name, value in tuned.settings.items()))


def _shown(value: object) -> str:
    if value is None or value != value:  # NaN, because a column of numbers has no None
        return "(open)"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _exact(value: object) -> str:
    return repr(value) if isinstance(value, float) else str(value)
