from html.parser import HTMLParser

import pytest

from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.estimate import Estimate
from tfrec_dl.evaluation.report_blocks import (
    Choice,
    Code,
    Dots,
    Example,
    Examples,
    Grid,
    Lines,
    Point,
    Section,
    Series,
    Suggestion,
)
from tfrec_dl.lifecycle.report import page as pages
from tfrec_dl.lifecycle.report.content import Content, ModelPart, Tile
from tfrec_dl.lifecycle.report.write import refuse_other_file
from tfrec_dl.runs.run_folder import RunFolder
from tfrec_dl.serving.card import ModelCard
from tfrec_dl.serving.card_markdown import card_markdown

EVIL = '</script><script>alert("x")</script><img src=x onerror=alert(1)>'


class Tags(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


def _content(text):
    series = [Series(text, [Point(0, 0.5, 0.4, 0.6, text)]), Series("baseline", [Point(0, 0.3)], True)]
    example = Example(text, [text], 3, [text], [Suggestion(text, [text], True)])
    blocks = [
        Dots(text, text, [text], series, [text]),
        Lines(text, text, text, series, diagonal=True),
        Grid(text, [text, "b", "c"], [[text, 1.0, Estimate(0.5, 0.4, 0.6)]] * 3, [0]),
        Choice(text, {text: Dots("", text, [text], series)}),
        Code(text, text),
        Examples([example]),
    ]
    model = ModelPart(text, text, [Section(text, blocks, [text])], [Section(text, blocks)])
    values = {"leaderboard": [{"model": text}]}
    return Content(text, text, text, [Tile(text, text, text)], [Section(text, blocks)], [model], [text], values)


def test_texts_of_users_are_never_markup():
    harmless, evil = (Tags(pages.page(_content(text))).found for text in ("title", EVIL))
    assert [tag for tag, _ in evil] == [tag for tag, _ in harmless]
    assert not [tag for tag, attributes in evil if "onerror" in attributes]


def test_nothing_is_asked_of_the_network():
    tags = Tags(pages.page(_content("title"))).found
    assert not {"link", "img", "iframe", "object", "embed"} & {tag for tag, _ in tags}
    assert not [attributes for _, attributes in tags if "src" in attributes or "http" in attributes.get("href", "")]
    assert ("default-src 'none'") in next(each["content"] for _, each in tags if "http-equiv" in each)


def test_a_missing_extra_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "jinja2", None)
    with pytest.raises(InputError, match=r'pip install "tfrec_dl\[report\]"'):
        pages.page(_content("title"))


def test_only_an_earlier_report_is_replaced(tmp_path):
    report, other = tmp_path / "report.html", tmp_path / "thesis.html"
    report.write_text(pages.page(_content("title")))
    other.write_text("<html>precious</html>")
    refuse_other_file(report)
    with pytest.raises(InputError, match=r"thesis\.html exists and is not a report: choose another name"):
        refuse_other_file(other)
    with pytest.raises(InputError, match="names no file"):
        refuse_other_file(tmp_path)
    with pytest.raises(InputError, match="does not exist"):
        refuse_other_file(tmp_path / "missing" / "report.html")


def test_a_run_knows_its_report_or_that_of_its_comparison(tmp_path):
    run = RunFolder(tmp_path / "compared" / "gru", None, None)
    run.folder.mkdir(parents=True)
    assert run.report is None
    (tmp_path / "compared" / "report.html").write_text("")
    assert run.report == "compared/report.html"
    assert "`compared/report.html`" in card_markdown(ModelCard(report=run.report), {})
    (run.folder / "report.html").write_text("")
    assert run.report == "gru/report.html"
