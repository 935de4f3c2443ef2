"""The explorer in a browser."""

import json
import re
import shutil
from urllib.parse import quote

import pytest

from tfrec_dl.server.local_server import LocalServer, ServerSettings

sync_api = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
axe_of = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs the package axe-playwright-python")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
]
pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def url(films, tmp_path_factory):
    table = tmp_path_factory.mktemp("log") / "log.csv"
    table.write_text("user_id,item_id,timestamp\nann,5,2\nann,3,1\nbob,1,1\n")
    with LocalServer(films, ServerSettings(port=0, grpc_port=0, warm_up=False), table) as server:
        yield server.url


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser, url):
    """Opens the page at a state; what is wrong in it, or asked for elsewhere, fails the test."""
    contexts, wrong = [], []

    def opened(width=1400, height=900, scheme="light", **state):
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        context.set_default_timeout(120_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text) if is_fault(message) else None)
        page.on("request", lambda request: None if request.url.startswith(url) else wrong.append(request.url))
        page.emulate_media(reduced_motion="reduce")
        state = {"model": "films", "version": 1} | state
        page.goto(f"{url}/#{'&'.join(f'{name}={quote(text(value))}' for name, value in state.items())}")
        answered(page, state.get("history", []))
        page.wait_for_load_state("networkidle")  # what is shown where there is some of it is shown by then
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not wrong


def is_fault(message):
    """Whether the page has done wrong; a refused request is no fault of its own."""
    return message.type == "error" and "status of 400" not in message.text


def text(value):
    return value if isinstance(value, str) else json.dumps(value)


def answered(page, history):
    """Waits for the list after a history, and its reasons."""
    page.wait_for_selector(f"#columns[data-explained='{json.dumps(history, separators=(',', ':'))}']", state="attached")


def rows(page, column=0):
    return page.locator(".column").nth(column).locator(".title .name").all_inner_texts()


def until(page, expression):
    page.wait_for_function(f"() => {expression}")


def shows_first(page, title):
    until(page, f"document.querySelector('.row .title .name')?.textContent === '{title}'")


def has_two_lists(page):
    """Waits for a second list, and for the titles that come after its ids."""
    page.wait_for_selector(".column:nth-of-type(2) .row")
    names = "[...document.querySelectorAll('.column .row')].map(row => [row.querySelector('.name').textContent, row])"
    until(page, f"{names}.every(([name, row]) => name !== row.dataset.id)")


def has_rows(page, number):
    until(page, f"document.querySelectorAll('.row').length === {number}")


def test_a_history_is_made_by_searching_with_the_keyboard(open_page):
    page = open_page()
    assert page.locator(".column h2").inner_text() == "Popular"
    page.keyboard.press("/")
    page.keyboard.type("sta")
    page.wait_for_selector("#option-1")
    page.keyboard.press("ArrowDown")
    assert "Stargate" in page.locator("[aria-selected=true]").inner_text()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    answered(page, ["2"])
    assert page.locator("#history").inner_text().startswith("SW\nStar Wars")
    assert rows(page)[0] == "Amélie"  # the next one after it
    page.keyboard.type("genres=crime")
    page.wait_for_selector("#found :text('Heat')")
    page.keyboard.press("Enter")
    answered(page, ["2", "7"])
    assert rows(page)[0] == "Stargate"


def test_a_click_makes_the_list_anew_and_says_why(open_page):
    page = open_page(history=["1"])
    page.click(".row:first-child .title")
    answered(page, ["1", "2"])
    first = page.locator(".row").first
    assert "because you chose" in first.locator(".why").inner_text()
    assert "Star Wars" in first.locator(".reason").first.inner_text()
    page.click("#history [aria-label='Earlier: Star Wars']")
    answered(page, ["2", "1"])
    page.click("#history [aria-label='Remove Toy Story']")
    answered(page, ["2"])
    page.click("#clear")
    answered(page, [])
    page.click(".tile:nth-child(3)")
    answered(page, ["3"])


def test_the_history_of_a_user_is_loaded(open_page):
    page = open_page()
    page.get_by_label("Load").fill("ann")
    page.keyboard.press("Enter")
    answered(page, ["3", "5"])
    assert rows(page)[0] == "Alien"


def test_rules_are_chips_and_sliders(open_page):
    page = open_page(history=["1"])
    chip = page.get_by_role("button", name="genres Comedy")
    chip.click()
    shows_first(page, "Amélie")
    assert len(rows(page)) == 2
    chip.click()
    has_rows(page, 9)
    assert "Amélie" not in rows(page)
    chip.click()
    has_rows(page, 10)
    page.get_by_label("Length of the list").fill("4")
    has_rows(page, 4)
    page.get_by_label("Lowest year").fill("1995")
    shows_first(page, "Amélie")
    page.get_by_label("Boost a condition").fill("genres=Animation")
    page.keyboard.press("Enter")
    page.get_by_label("Boost of genres=Animation", exact=True).fill("3")
    shows_first(page, "Up")
    page.get_by_label("At most so many of one value of genres").select_option("1")
    page.get_by_label("keep", exact=True).check(force=True)
    until(page, "location.hash.includes('keepSeen=yes')")
    assert page.locator("#rules-count").inner_text() == "5 set"
    page.click("text=Take all rules away")
    shows_first(page, "Star Wars")


def test_diversity_changes_the_list(open_page):
    page = open_page(history=["1"])
    assert rows(page)[:3] == ["Star Wars", "Amélie", "Up"]
    page.get_by_label("Diversity").fill("0.9")
    until(page, "document.querySelectorAll('.row .title .name')[2].textContent !== 'Up'")


def test_items_are_pinned_and_left_out(open_page):
    page = open_page(history=["1"])
    page.click(".row:nth-child(4) [aria-label^='Pin ']")
    page.wait_for_selector(".row:nth-child(4).pinned")
    pinned = rows(page)[3]
    page.click(".row:first-child [aria-label^='Never ']")
    shows_first(page, "Amélie")
    assert rows(page)[3] == pinned
    assert page.locator("text=Never Star Wars").count() == 0
    page.click("[aria-label='Take Star Wars out of: Never']")
    shows_first(page, "Star Wars")


def test_similar_items(open_page):
    page = open_page(history=["1"])
    page.click(".row:first-child [aria-label^='Similar to ']")
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    assert "Similar to Star Wars" in dialog.inner_text()
    assert "similar=2" in page.url
    chosen = dialog.locator(".title").first
    chosen.click()
    until(page, "!document.querySelector('#similar').open")
    until(page, "document.querySelectorAll('#history li').length === 2")


def test_two_versions_stand_side_by_side_with_what_moved(open_page):
    page = open_page()
    page.click("#compare")
    has_two_lists(page)
    assert rows(page, 0)[0] == "Toy Story"
    assert rows(page, 1)[0] == "Up"
    assert "8 of 10 in both, 2 new" in page.locator(".overlap").inner_text()
    assert page.locator(".column").nth(0).locator(".moved.gone").count() == 2
    assert page.locator(".column").nth(1).locator(".moved.new").count() == 2
    assert page.locator(".column").nth(1).locator(".moved.down").count() > 0
    page.get_by_label("Version of the second list").select_option("1")
    until(page, "document.querySelector('.overlap').textContent.startsWith('10 of 10')")
    page.click("#compare")
    until(page, "document.querySelectorAll('.column').length === 1")


def test_a_link_opened_anew_shows_the_same(open_page, browser):
    page = open_page(
        history=["5", "10"], must=["year>=1975"], never=["genres=Horror"], k=5, againstModel="films", againstVersion=1
    )
    has_two_lists(page)
    other = browser.new_context().new_page()
    other.goto(page.url)
    answered(other, ["5", "10"])
    has_two_lists(other)
    assert [rows(other, column) for column in (0, 1)] == [rows(page, column) for column in (0, 1)]
    assert other.locator("#history").inner_text() == page.locator("#history").inner_text()
    assert "<b>Bold</b> & 'quoted'" in other.locator("#history").inner_text()
    other.context.close()


def test_a_link_that_says_nonsense_opens_the_page(open_page):
    page = open_page(k='"x"', must="3", pins="[", model="none", version=7, unknown=1)
    assert len(rows(page)) == 10


def test_the_request_gives_what_is_shown(open_page, client):
    page = open_page(history=["5", "10"], must=["genres=Sci-Fi"], diversity=0.2)
    page.click("#request")
    command = page.locator("#snippet").inner_text()
    path, body = re.fullmatch(r"curl -s http://[^/]+(/\S+) -d '(.*)'", command, re.DOTALL).groups()
    (row,) = client.post(path, content=body).json()["predictions"]
    assert [title for title in row["title"] if title] == rows(page)
    page.keyboard.press("ArrowRight")
    page.get_by_role("tab", name="curl").focus()
    page.keyboard.press("ArrowRight")
    program = page.locator("#snippet").inner_text()
    compile(program, "snippet", "exec")
    assert '"must": ["genres=Sci-Fi"]' in program
    page.keyboard.press("Escape")
    until(page, "!document.querySelector('#asked').open")


def test_rules_that_leave_nothing_and_refusals_are_said(open_page):
    page = open_page(must=["genres=Sci-Fi", "year>=2010"])
    assert "leave nothing" in page.locator(".empty").inner_text()
    page = open_page(must=["colour=red"])
    assert "does not name an attribute of this export" in page.locator(".empty").inner_text()


@pytest.mark.parametrize(("width", "scheme"), [(1400, "light"), (375, "dark")])
def test_nothing_is_cut_off_and_axe_finds_no_serious_fault(open_page, width, scheme):
    state = {"againstModel": "films", "againstVersion": 2, "pins": {"9": 1}, "boosts": [["genres=War", 1]]}
    page = open_page(width, 800, scheme, history=["5", "10"], must=["genres=Drama"], **state)
    has_two_lists(page)
    page.evaluate("document.querySelector('#rules-drawer').open = true")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    shown = "main button, main input:not([type=radio]), main select, header button"
    cut = page.evaluate(
        "(shown) => [...document.querySelectorAll(shown)].filter(each => each.checkVisibility()).filter(each => {"
        " const box = each.getBoundingClientRect(); return box.left < 0 || box.right > innerWidth + 1; })"
        ".map(each => each.outerHTML.slice(0, 80))",
        shown,
    )
    assert cut == []
    for opened in ("", "#request", ".row [aria-label^='Similar']"):
        if opened:
            page.click(opened)
            page.wait_for_selector("dialog[open]")
        found = axe_of.Axe().run(page).response["violations"]
        serious = [
            (each["id"], [node["html"][:150] for node in each["nodes"]])
            for each in found
            if each["impact"] in ("serious", "critical")
        ]
        assert serious == []
        page.keyboard.press("Escape")


def test_everything_is_reached_with_the_keyboard(open_page):
    page = open_page(history=["1"])
    wanted = page.evaluate(
        "[...document.querySelectorAll('button, input, select, summary')]"
        ".filter(each => each.checkVisibility() && !each.disabled && !(each.type === 'radio' && !each.checked)).length"
    )
    for _ in range(wanted + 20):
        page.keyboard.press("Tab")
        page.evaluate("(window.reached ??= new Set()).add(document.activeElement)")
    # Elements, not their places: suggestions of users come in between.
    reached = page.evaluate("[...reached].filter(each => each.matches('button, input, select, summary')).length")
    assert reached == wanted
    page.locator(".row:first-child .title").focus()
    page.keyboard.press("Enter")
    answered(page, ["1", "2"])
    assert page.evaluate("document.activeElement !== document.body")  # the focus is not lost
