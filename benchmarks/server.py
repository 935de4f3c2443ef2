"""The server of `tfrec-dl serve` under attack, under load while versions change, and in the browser.

    python -m benchmarks.server hostile [--requests 2000] [--export saved_models/gru]
    python -m benchmarks.server versions [--seconds 60] [--clients 16] [--export saved_models/gru]
    python -m benchmarks.server click [--items 100000] [--clicks 40]
    python -m benchmarks.server search [--items 1000000]

`hostile` sends random requests, most of them bad, from eight clients. It compares status and answer with TF Serving's
rules. `versions` sends requests without a pause while a version is copied in, the server loads it, and the previous
version is deleted, again and again. `click` clicks on items of an untrained model (the weights do not change the time)
in headless Chromium, and measures the time from the click until the page shows the new list. `search` types into the
search of a catalogue.
"""

import json
import multiprocessing
import os
import random
import shutil
import socket
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any

import numpy as np
import psutil
import typer

from benchmarks.timing import machine, print_table

app = typer.Typer(help=__doc__)
Export = Annotated[Path, typer.Option(help="Export of a recommender, such as saved_models/gru.")]
GRU = Path("saved_models/gru")
HUGE = 5 << 20  # bytes: more than a server takes


def _serve(dest: Path, pipe: Any, warm_up: bool) -> None:
    from tfrec_dl.server.local_server import LocalServer, ServerSettings

    with LocalServer(dest, ServerSettings(port=0, grpc_port=0, warm_up=warm_up)) as server:
        pipe.send(server.url)
        pipe.recv()


@contextmanager
def served(dest: Path, warm_up: bool = True):
    """A server in a process of its own: its host and port, and the process."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(dest, theirs, warm_up), daemon=True)
    process.start()
    host, _, port = ours.recv().removeprefix("http://").partition(":")
    try:
        yield SimpleNamespace(host=host, port=int(port), process=psutil.Process(process.pid))
    finally:
        if process.is_alive():
            ours.send(None)
            process.join(10)


def post(server: SimpleNamespace, path: str, body: bytes) -> tuple[int, bytes]:
    """Status and body of an answer."""
    connection = HTTPConnection(server.host, server.port, timeout=60)
    try:
        connection.request("POST", path, body)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def attack(kind: str, draw: random.Random, model: str, ids: list[str]) -> tuple[str, bytes, set[int]]:
    """A request of a kind: path, body, and the statuses that it may be answered with."""
    path = f"/v1/models/{model}:predict"
    history = draw.sample(ids, draw.randint(1, 40))
    good = {"instances": [{"history": history} for _ in range(draw.randint(1, 4))]}
    if kind == "good":
        return path, json.dumps(good).encode(), {200}
    if kind == "bytes":
        return path, draw.randbytes(draw.randint(1, 3000)), {400}
    if kind == "cut":
        body = json.dumps(good).encode()
        return path, body[: draw.randrange(len(body))], {400}
    if kind == "deep":
        return path, b'{"inputs": ' + b"[" * draw.randint(100, 500_000), {400}
    if kind == "huge":
        return path, b'{"instances": ["' + b"x" * draw.randint(HUGE, 4 * HUGE) + b'"]}', {413}
    if kind == "rows":
        return path, json.dumps({"instances": [{"history": ids[:1]}] * draw.randint(1025, 20_000)}).encode(), {400}
    if kind == "wide":
        explain = {"history": [["x"] * 9000], "item_ids": [["y"] * draw.randint(8000, 20_000)]}
        return path, json.dumps({"signature_name": "explain", "inputs": explain}).encode(), {400}
    if kind == "shape":
        bad = [3, "x", None, True, [1], [["a"], "b"], [["a", "b"], ["c"]], [[["a"]]], {"a": 1}, {"b64": 1}]
        value = draw.choice(bad)
        return path, json.dumps({"inputs": {"history": value}}).encode(), {400}
    if kind == "model":
        names = ["none", "%00", "%F0%9F%8E%AC", "x" * 3000]
        return f"/v1/models/{draw.choice(names)}:predict", json.dumps(good).encode(), {404}
    return draw.choice(["/v1/models/:predict", "/v1/../x", "/v1/models/a/b/c", f"{path}x"]), b"{}", {400}


KINDS = ("good", "bytes", "cut", "deep", "huge", "rows", "wide", "shape", "model", "path", "slow")
WEIGHTS = (8, 4, 4, 2, 1, 2, 1, 6, 3, 3, 1)


@app.command()
def hostile(requests: int = 2000, export: Export = GRU) -> None:
    """Bad requests of all kinds, with good ones among them."""
    from tfrec_dl.lifecycle.load import load

    ids = [item for item, _ in load(export).recommend([[]], k=100)[0]]
    draw = random.Random(0)
    kinds = draw.choices(KINDS, WEIGHTS, k=requests)
    done, wrong = Counter[str](), []
    with served(export) as server:
        probe = json.dumps({"instances": [{"history": ids[:5]}]}).encode()
        first = post(server, f"/v1/models/{export.name}:predict", probe)
        before, most = server.process.memory_info().rss, 0

        def send(number: int) -> None:
            nonlocal most
            kind = kinds[number]
            if kind == "slow":
                received, accepted = slow(server, draw.randint(0, 2)), {0, 408}
            else:
                path, body, accepted = attack(kind, random.Random(number), export.name, ids)
                received, content = post(server, path, body)
                if received != 200 and "error" not in json.loads(content):
                    wrong.append((kind, received, content[:80]))
            if received not in accepted:
                wrong.append((kind, received))
            done[kind] += 1
            most = max(most, server.process.memory_info().rss)

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(send, range(requests)))
        same = post(server, f"/v1/models/{export.name}:predict", probe) == first
        after = server.process.memory_info().rss
    print(f"{machine()}\n\n{requests} requests: {len(wrong)} answered wrongly {wrong[:5] or ''}")
    print_table(["kind", "requests"], sorted(done.items()))
    sizes = [f"{size / 2**20:.0f} MiB" for size in (before, most, after)]
    print(f"memory before, at most, after: {', '.join(sizes)}; answers as before: {same}")


def slow(server: SimpleNamespace, kind: int) -> int:
    """The status that a client is given who does not finish; 0 where the server just hangs up."""
    head = f"POST /v1/models/x:predict HTTP/1.1\r\nHost: x\r\nContent-Length: {10**6}\r\n\r\n".encode()
    with socket.create_connection((server.host, server.port), timeout=60) as client:
        client.sendall((b"", head[:30], head + b"{")[kind])
        received = client.recv(64)
    return int(received.split()[1]) if received else 0


@app.command()
def versions(seconds: float = 60, clients: int = 16, export: Export = GRU) -> None:
    """Requests without a pause while versions come and go."""
    from tfrec_dl.lifecycle.load import load

    ids = [item for item, _ in load(export).recommend([[]], k=100)[0]]
    newest = max(int(path.name) for path in export.iterdir() if path.name.isdigit())
    with tempfile.TemporaryDirectory() as folder:
        dest = Path(folder, "model")
        shutil.copytree(export / str(newest), dest / "1")
        with served(dest) as server:
            taken, failures, ended = [], [], threading.Event()

            def ask(number: int) -> None:
                draw, connection = random.Random(number), HTTPConnection(server.host, server.port, timeout=60)
                while not ended.is_set():
                    body = json.dumps({"instances": [{"history": draw.sample(ids, 10)}]})
                    start = time.perf_counter()
                    try:
                        connection.request("POST", "/v1/models/model:predict", body)
                        answer = connection.getresponse()
                        content = answer.read()
                        if answer.status != 200:
                            failures.append((answer.status, content[:80]))
                    except OSError as error:
                        failures.append(repr(error))
                    taken.append(time.perf_counter() - start)

            threads = [threading.Thread(target=ask, args=(number,)) for number in range(clients)]
            for thread in threads:
                thread.start()
            end, version = time.monotonic() + seconds, 1
            while time.monotonic() < end:
                shutil.copytree(dest / str(version), dest / ".tmp-next")
                (dest / ".tmp-next").rename(dest / str(version + 1))
                while not available(server, version + 1) and time.monotonic() < end:
                    time.sleep(0.2)
                if available(server, version + 1):
                    shutil.rmtree(dest / str(version))
                    version += 1
            ended.set()
            for thread in threads:
                thread.join()
            memory = server.process.memory_info().rss / 2**20
    at = np.percentile(np.array(taken) * 1000, [50, 99])
    print(f"{machine()}\n\n{clients} clients, {seconds:.0f} s, {version - 1} versions taken up and as many removed")
    print(f"{len(taken):,} requests, {len(failures)} failed {failures[:3] or ''}")
    print(f"median {at[0]:.0f} ms, 99th percentile {at[1]:.0f} ms, memory at the end {memory:.0f} MiB")


def available(server: SimpleNamespace, version: int) -> bool:
    """Whether a version answers."""
    connection = HTTPConnection(server.host, server.port, timeout=60)
    connection.request("GET", f"/v1/models/model/versions/{version}")
    return b"AVAILABLE" in connection.getresponse().read()


CLICK = """async () => {
  const columns = document.querySelector('#columns'), before = columns.dataset.shown;
  const start = performance.now();
  document.querySelector('.row:nth-child(2) .title').click();
  while (columns.dataset.shown === before) await new Promise(done => setTimeout(done, 1));
  const taken = performance.now() - start;
  while (columns.dataset.explained !== columns.dataset.shown) await new Promise(done => setTimeout(done, 5));
  return [taken, performance.now() - start];
}"""


@app.command()
def click(items: int = 100_000, clicks: int = 40) -> None:
    """From the click to the list, in Chromium."""
    from playwright.sync_api import sync_playwright

    from tests.server.explorer.test_page import CHROMIUM, FLAGS

    with tempfile.TemporaryDirectory() as folder:
        dest = Path(folder, "items")
        _large_export(dest, items)
        with served(dest) as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            page = browser.new_page()
            page.goto(f"http://{server.host}:{server.port}/")
            page.wait_for_selector(".row")
            times = []
            for _ in range(clicks):
                times.append(page.evaluate(CLICK))
                page.click("#clear") if len(times) % 10 == 0 else None
                page.wait_for_timeout(50)
            browser.close()
    shown, explained = np.median(np.array(times), axis=0)
    worst = np.max(np.array(times), axis=0)
    print(f"{machine()}\n\n{items:,} items, {clicks} clicks, histories of 1 to 10 items; load {os.getloadavg()[0]:.1f}")
    print_table(
        ["from the click to", "median, ms", "worst, ms"],
        [
            ["the new list", f"{shown:.0f}", f"{worst[0]:.0f}"],
            ["its reasons too", f"{explained:.0f}", f"{worst[1]:.0f}"],
        ],
    )


def _large_export(dest: Path, items: int) -> None:
    import pandas as pd

    from tests.serving.stand_in import random_model
    from tfrec_dl.serving.attributes.shown_source import ShownSource
    from tfrec_dl.serving.attributes.source import AttributeSource
    from tfrec_dl.serving.publishing import publish_module

    module = random_model(items, 65, tied=True).serving_module()
    draw = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "item_id": [f"item-{item}" for item in range(items)],
            "title": [f"The title of item {item}" for item in range(items)],
            "genres": [f"g{one}|g{other}" for one, other in draw.integers(0, 20, (items, 2))],
            "year": draw.integers(1920, 2026, items),
        }
    )
    module.describe_items(AttributeSource(table, ("genres", "year")))
    module.show(ShownSource(table, ("title",)))
    publish_module(module, dest)


@app.command()
def search(items: int = 1_000_000) -> None:
    """What is typed into the search of a large catalogue."""
    from tfrec_dl.server.explorer.catalogue import ShownColumn
    from tfrec_dl.server.explorer.search import ItemSearch

    draw = np.random.default_rng(0)
    words = np.array([f"{first}{second}" for first in ("ka", "lo", "mi", "ru", "se") for second in range(400)])
    texts = np.array(["", *map(" ".join, words[draw.integers(0, len(words), (items, 4))])], dtype=object)
    codes = np.concatenate([[0, 0], np.arange(1, items + 1)])
    before = psutil.Process().memory_info().rss
    start = time.perf_counter()
    searched = ItemSearch(
        SimpleNamespace(
            shown=[ShownColumn("title", texts, codes)],
            ids=[f"id{place}" for place in range(items)],
            order=np.arange(items),
            values=[],
        )
    )
    built, size = time.perf_counter() - start, (psutil.Process().memory_info().rss - before) / 2**20
    rows = []
    for query in ("k", "ka1", "ka17 lo3", "mi399 se2 ru1", "absent", f"id{items - 1}"):
        times = []
        for _ in range(9):
            start = time.perf_counter()
            found = searched.items(query, 20)
            times.append((time.perf_counter() - start) * 1000)
        rows.append([query, len(found), f"{np.median(times):.1f}"])
    print(f"{machine()}\n\n{items:,} items: made ready in {built:.1f} s, {size:.0f} MiB")
    print_table(["query", "found", "median, ms"], rows)


if __name__ == "__main__":
    app()
