from pathlib import Path

import pytest

from tests.serving.stand_in import StandInModel, chain_model
from tfrec_dl.lifecycle.load import load
from tfrec_dl.serving.recommender import Recommender


@pytest.fixture(scope="session")
def model() -> StandInModel:
    return chain_model()


@pytest.fixture(scope="session")
def version(chain_export) -> Path:
    return chain_export


@pytest.fixture(scope="session")
def recommender(version) -> Recommender:
    return load(version)
