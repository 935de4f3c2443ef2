import json
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tfrec_dl.baselines import BASELINES

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")


class Report(HTMLParser):
    """What a reader of a report finds: headings, the words of it all, and the numbers in it."""

    def __init__(self, path):
        super().__init__()
        self.html = path.read_text(encoding="utf-8")
        self.headings, self.words, self.values, self._tag = [], "", {}, ("", {})
        self.feed(self.html)

    def handle_starttag(self, tag, attributes):
        self._tag = (tag, dict(attributes))

    def handle_data(self, data):
        tag, attributes = self._tag
        if tag in ("h2", "h3"):
            self.headings += [data.strip()]
        if attributes.get("id") == "values":
            self.values = json.loads(data)
        elif tag not in ("style", "script"):
            self.words += " ".join(data.split()) + " "
        self._tag = ("", {})


@pytest.fixture(scope="module")
def written(program, trained, exported, tmp_path_factory):
    """A report of `trained`, with titles, and what the program printed."""
    path = tmp_path_factory.mktemp("reports") / "report.html"
    items = exported.with_name("items.csv")
    result = program("report", trained.folder, "--out", path, "--items", items)
    assert result.status == 0, result.err
    return path, result.out


def test_a_run_is_reported_beside_all_baselines(written, trained):
    path, printed = written
    report = Report(path)
    assert f"report: {path}" in printed
    assert {line["model"] for line in report.values["leaderboard"]} == {"simple_rnn", *BASELINES}
    expected = ["What was trained on what", "Models and baselines", "Where it is good and bad", "Learning curves"]
    expected += ["Coverage and the long tail", "Examples"]
    assert set(expected) <= set(report.headings)
    assert path.stat().st_size < 1_000_000


def test_its_numbers_are_those_of_the_run(written, trained):
    report = Report(written[0])
    assert report.values["metrics"] == {"simple_rnn": trained.metrics}
    line = next(each for each in report.values["leaderboard"] if each["model"] == "simple_rnn")
    for end in ("", "/low", "/high"):
        assert line[f"ndcg@10{end}"] == pytest.approx(trained.metrics[f"test/ndcg@10{end}"])
        assert f"{trained.metrics[f'test/ndcg@10{end}']:.4f}" in report.words


def test_examples_have_titles_and_reasons_and_no_user_is_named(written):
    report = Report(written[0])
    assert "because of Step " in report.words
    assert "item_1 " not in report.words and "user_1 " not in report.words


def test_without_examples_it_shows_what_nobody_did(program, trained, written, tmp_path):
    assert program("report", trained.folder, "--out", tmp_path / "report.html", "--no-examples").status == 0
    report = Report(tmp_path / "report.html")
    assert set(Report(written[0]).headings) - set(report.headings) >= {"Examples"}
    assert not any(f"item_{number} " in report.words for number in range(1, 20))
    assert report.values["metrics"] == {"simple_rnn": trained.metrics}


def test_an_earlier_report_is_replaced_and_nothing_else(refusal, trained, tmp_path):
    thesis = tmp_path / "thesis.html"
    thesis.write_text("precious")
    assert "exists and is not a report: choose another name" in refusal("report", trained.folder, "--out", thesis)
    assert thesis.read_text() == "precious"


def test_a_folder_of_something_else_is_refused(refusal, tmp_path):
    said = refusal("report", tmp_path, "--out", tmp_path / "report.html")
    assert f"{tmp_path} holds neither a finished run nor a comparison" in said


def test_without_its_data_a_run_still_says_what_it_knows(program, trained, tmp_path):
    folder = shutil.copytree(trained.folder, tmp_path / "run")
    config = json.loads((folder / "config.json").read_text())
    config["data"]["path"] = str(tmp_path / "gone.csv")
    (folder / "config.json").write_text(json.dumps(config))
    result = program("report", folder, "--out", tmp_path / "report.html")
    assert result.status == 0, result.err
    report = Report(tmp_path / "report.html")
    assert "The report leaves out baselines" in report.words and "gone.csv" in report.words
    assert {"Learning curves", "Every metric, with its 95 % interval"} <= set(report.headings)
    assert "Examples" not in report.headings


@pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed")
def test_it_works_in_a_browser_on_a_telephone_without_a_network(written):
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        page = browser.new_page(viewport={"width": 375, "height": 700})
        asked, errors = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(written[0].as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") == 375
        page.locator(".choice .chips button", has_text="hit_rate@10").click()
        assert "hit_rate@10" in page.locator(".choice .chosen:visible .axis").inner_text()
        page.locator(".choice .chosen:visible .lane").first.hover()
        assert "(" in page.locator("#tip").inner_text()
        table = page.locator("table.sortable").first
        table.locator("thead button", has_text="model").click()
        names = table.locator("tbody th").all_inner_texts()
        assert names == sorted(names)
        browser.close()
    assert (asked, errors) == ([written[0].as_uri()], [])
