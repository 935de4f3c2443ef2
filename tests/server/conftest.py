from pathlib import Path

import pytest

from tests.server.clients import serving
from tests.server.plain_model import save_plain_model


@pytest.fixture(scope="session")
def plain(tmp_path_factory) -> Path:
    """A folder with version 1 of a model that is none of ours, not to be written to."""
    dest = tmp_path_factory.mktemp("served") / "half"
    save_plain_model(dest / "1")
    return dest


@pytest.fixture(scope="session")
def half(plain):
    """A client of the plain model."""
    with serving(plain) as client:
        yield client
