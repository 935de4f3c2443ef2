import builtins
import re

import httpx2
import pytest

from tfrec_dl.server.local_server import LocalServer


@pytest.fixture
def asked(monkeypatch):
    """The state of the model, asked where the command would answer until it is interrupted."""
    found = []

    def run(server):
        with server:
            found.append(httpx2.get(f"{server.url}/v1/models/cycle").json()["model_version_status"][0]["state"])

    monkeypatch.setattr(LocalServer, "run", run)
    monkeypatch.setattr("tfrec_dl.server.watcher.warm_up", lambda version: None)
    return found


def test_an_export_is_served_and_what_it_is_for_is_said(program, exported, asked):
    result = program("serve", exported, "--port", 0, "--grpc-port", 0)
    assert (result.status, asked) == (0, ["AVAILABLE"]), result.err
    assert re.search(r"cycle: version 1 at http://127\.0\.0\.1:\d+/v1/models/cycle:predict, gRPC at 127", result.out)
    assert "in production, use TF Serving" in result.out


def test_a_folder_without_an_export_is_not_served(refusal, tmp_path):
    assert "holds no version folder" in refusal("serve", tmp_path)


def test_a_missing_extra_is_named(refusal, exported, monkeypatch):
    load = builtins.__import__

    def without(name, *arguments, **options):
        if name == "tfrec_dl.server.local_server":
            raise ImportError("No module named 'uvicorn'", name="uvicorn")
        return load(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    assert 'needs the package uvicorn, which is missing: pip install "tfrec_dl[server]"' in refusal("serve", exported)


def test_the_explorer_is_opened(program, exported, asked, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    assert program("serve", exported, "--port", 0, "--grpc-port", 0, "--open").status == 0
    assert opened[0].startswith("http://127.0.0.1:")
