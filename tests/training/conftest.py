import shutil
from pathlib import Path

import pytest

from tests.synthetic import cyclic_interactions
from tests.training.runs import SETTINGS, Interruption, Interrupts
from tfrec_dl.data.source import DataSource
from tfrec_dl.recipes import RECIPES, Recipe
from tfrec_dl.training.run import Run
from tfrec_dl.training.train import train


@pytest.fixture(scope="session")
def recipe() -> Recipe:
    return RECIPES["next_it_net"].with_settings(SETTINGS)


@pytest.fixture(scope="session")
def source(tmp_path_factory) -> DataSource:
    path = tmp_path_factory.mktemp("data") / "cycle.csv"
    cyclic_interactions(users=60, items=20, length=11, noise=0.1).to_csv(path, index=False)
    return DataSource(str(path))


@pytest.fixture(scope="session")
def finished(recipe, source, tmp_path_factory) -> Run:
    """An uninterrupted run."""
    return train(recipe, source, tmp_path_factory.mktemp("runs") / "finished", verbose=0)


@pytest.fixture(scope="session")
def interrupted(recipe, source, tmp_path_factory) -> Path:
    """The folder of a run that broke off in its third epoch."""
    folder = tmp_path_factory.mktemp("runs") / "interrupted"
    with pytest.raises(Interruption):
        train(recipe, source, folder, [Interrupts(epoch=3)], verbose=0)
    return folder


@pytest.fixture
def copy(interrupted, tmp_path) -> Path:
    return Path(shutil.copytree(interrupted, tmp_path / "copy"))
