"""What tuning has found, as tables."""

from typing import TYPE_CHECKING

from rich.table import Table

from tfrec_dl.cli.console import console, say

if TYPE_CHECKING:
    from tfrec_dl.lifecycle.tuning.results import Tuned
    from tfrec_dl.recipes.recipe import Recipe


def show_tuned(tuned: "Tuned", recipe: "Recipe") -> None:
    """Prints the best settings beside those of the recipe as it is, and what they have brought on validation.

    Args:
        tuned: what was found.
        recipe: as it is.
    """
    first = tuned.trials.iloc[0]
    table = Table(title=f"{recipe.name}: settings of the best trial of {len(tuned.trials)}", title_justify="left")
    table.add_column("setting")
    for column in ("as it is", "best", "importance"):
        table.add_column(column, justify="right")
    for name, value in tuned.settings.items():
        before, share = first.get(name), tuned.importances.get(name)
        table.add_row(name, _shown(before), _shown(value), "" if share is None else f"{share:.0%}".replace("%", " %"))
    console().print(table)
    before = "" if tuned.default is None else f", {tuned.default:.4f} as it is"
    say(f"{tuned.metric} on validation: {tuned.value:.4f}{before}")
    if tuned.value == tuned.default:
        say("no trial was better than the settings as they are")
        return
    say("which is the best of several and flattered by that; what the run below has on the test part is not")
    say("as a command: " + " ".join(f"--set {name}={_exact(value)}" for name, value in tuned.settings.items()))


def _shown(value: object) -> str:
    if value is None or value != value:  # NaN: a column of numbers has no None
        return "(open)"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _exact(value: object) -> str:
    return repr(value) if isinstance(value, float) else str(value)
