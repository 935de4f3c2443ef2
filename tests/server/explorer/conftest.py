from pathlib import Path

import pytest

from tests.server.clients import serving
from tests.server.explorer.films import export_films


@pytest.fixture(scope="session")
def films(tmp_path_factory) -> Path:
    """An export of twelve films, not to be written to."""
    dest = tmp_path_factory.mktemp("explorer") / "films"
    export_films(dest)
    return dest


@pytest.fixture(scope="session")
def client(films):
    """A client of a server of the films."""
    with serving(films) as client:
        yield client
