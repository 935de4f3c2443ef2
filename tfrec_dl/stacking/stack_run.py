"""Loading of a run's stack without its data."""

from tfrec_dl.families.run import Run
from tfrec_dl.retrieval.network_run import trained_model, vocabulary_of
from tfrec_dl.runs.run_folder import RunFolder
from tfrec_dl.stacking.files import MEMBERS, load_stack
from tfrec_dl.stacking.model import StackedModel


def trained_stack(run: RunFolder) -> StackedModel:
    """Returns the trained stack of a run.

    Raises:
        InputError: if it is not trained yet, or cannot be read.
    """
    members = {name: Run.open(run.folder / MEMBERS / name) for name in run.recipe.model.members}
    deep = {name: trained_model(member.recipe, member) for name, member in members.items()}
    return load_stack(run.folder, vocabulary_of(run), deep)
