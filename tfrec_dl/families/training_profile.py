"""The profile of a run's data, written after training and copied into exports."""

import logging
from pathlib import Path

from tfrec_dl.data.dataset import Dataset
from tfrec_dl.data.profile.training_profile import PROFILE, TrainingProfile
from tfrec_dl.errors import InputError
from tfrec_dl.files import write_json
from tfrec_dl.runs.run_folder import RunFolder

logger = logging.getLogger(__name__)


def write_profile(folder: Path, dataset: Dataset) -> None:
    """Writes the profile of the data that a finished run was trained on, if they have one.

    Args:
        folder: folder of the run.
        dataset: data of the run.
    """
    profile = dataset.profile()
    if profile is not None:
        write_json(folder / PROFILE, profile.values())


def profile_of(run: RunFolder) -> TrainingProfile | None:
    """Returns the profile of a run's data: that of the run, or a new one if the run has none and its data still exist.

    Raises:
        InputError: if the run's own profile cannot be read.
    """
    profile = TrainingProfile.read(run.folder)
    if profile is not None:
        return profile
    try:
        dataset: Dataset = run.source.read(run.features())
        run.refuse_changed_data(run.source.path, dataset.fingerprint)
        return dataset.profile()
    except InputError as error:  # an export is possible without it
        logger.warning("%s The export has no profile of its training, which `tfrec-dl drift` compares with.", error)
        return None
