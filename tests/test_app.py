"""The page in a real browser, over the sample articles.

Debian's chromium is driven headless; nothing is installed. All traffic to other
hosts is blocked and counted.
"""

import os
import re
import shutil
import socket
import threading
import time
from contextlib import ExitStack, closing, contextmanager
from importlib import resources
from pathlib import Path
from urllib.parse import quote, urlsplit
from zipfile import ZipFile

import httpx
import pytest
import uvicorn

from index.embedders import packaged
from qa.engine import QA
from qa.server import create
from qa.words import table

SEEDS = Path(__file__).parents[1] / "seeds"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SHOTS = os.environ.get("SHOTS")  # a folder to keep screenshots in

playwright = pytest.importorskip("playwright.sync_api", reason="no Playwright here")
expect = playwright.expect
PATIENCE = 30_000  # milliseconds, for machines that are busy
expect.set_options(timeout=PATIENCE)
axe = resources.files("axe_playwright_python") / "axe.min.js"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no chromium: apt-get install chromium"),
    pytest.mark.skipif("fast" not in packaged(), reason="no packaged model"),
]

HALT = "Who called for an immediate halt?"
GOAL = "¿Por qué se anuló el tercer gol del Desportivo?"
GONE = "Who sold purple submarines to the penguins of Neptune?"
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync "
    "--disable-background-networking --disable-component-update"
).split()
NOWHERE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
SMALL = {"width": 320, "height": 700}
HOSTILE = """---
title: "<img src=x onerror=hacked=1> zorbuk"
source: "javascript:hacked=1"
language: en
---

The zorbuk <script>window.hacked=1</script> of Qadmar <img src=x onerror="hacked=1">
says [press](javascript:hacked=1) ${window.hacked=1} {{constructor}} \u202egnihton.
"""


@contextmanager
def serving(qa, **options):
    """Serve in a thread; gives the address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = uvicorn.Config(create(qa, **options), port=port, log_level="critical")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.should_exit = server.force_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def qa(tmp_path_factory):
    """An index of the sample articles, of a long word and of a hostile one."""
    articles = tmp_path_factory.mktemp("articles")
    for path in SEEDS.glob("*.md"):
        shutil.copy(path, articles)
    (articles / "hostile.md").write_text(HOSTILE, encoding="utf-8")
    (articles / "long.txt").write_text("quibblezonk " + "x" * 100_000)
    for n in (29, 30):
        (articles / f"{'flumm_' * n}.txt").write_text("The flumm is blue.")
    return QA.build([articles], tmp_path_factory.mktemp("index"))


@pytest.fixture(scope="module")
def site(qa):
    with serving(qa, local=True) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        yield driver.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, NOWHERE])


@contextmanager
def person(browser, site, path="", **options):
    """Open the page as one person, in a browser that remembers nothing yet."""
    context = browser.new_context(viewport=WIDE, **options)
    try:
        with visiting(context.new_page(), site, path) as page:
            yield page
    finally:
        context.close()


@contextmanager
def visiting(page, site, path=""):
    """Open the page; other hosts cannot be reached, and must not be asked for."""
    page.set_default_timeout(PATIENCE)
    asked, errors = [], []
    listeners = {
        "request": lambda request: asked.append(urlsplit(request.url)),
        "pageerror": lambda error: errors.append(str(error)),
    }
    for event, listener in listeners.items():
        page.on(event, listener)
    page.goto(site + path)
    page.wait_for_selector(".examples, .answer")
    yield page
    for event, listener in listeners.items():
        page.remove_listener(event, listener)
    assert {url.netloc for url in asked if url.scheme in ("http", "https")} == {
        urlsplit(site).netloc
    }
    assert errors == []


@pytest.fixture(scope="module")
def anybody(browser):
    """A tab whose cache is warm, which is far quicker than a new person's."""
    context = browser.new_context()
    context.add_init_script("localStorage.clear(); sessionStorage.clear()")
    yield context.new_page()
    context.close()


@contextmanager
def visit(page, site, path="", size=WIDE, scheme="light", locale="en-US"):
    """Open the page in a tab that others have used, as if it were new."""
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    tools = page.context.new_cdp_session(page)
    language = {"userAgent": "", "acceptLanguage": locale}
    tools.send("Emulation.setUserAgentOverride", language)
    tools.send("Page.resetNavigationHistory")
    try:
        with visiting(page, site, path):
            yield page
    finally:
        page.unroute_all()
        page.goto("about:blank")
        tools.detach()


@pytest.fixture
def page(anybody, site):
    with visit(anybody, site) as page:
        yield page


# Gradio draws results more than once; what has the keyboard must be the last of them.
SETTLED = """() => new Promise((done) => {
  let quiet = setTimeout(done, 300);
  const watch = new MutationObserver(() => {
    clearTimeout(quiet);
    quiet = setTimeout(() => { watch.disconnect(); done(); }, 300);
  });
  watch.observe(document.body, { childList: true, subtree: true });
})"""


def ask(page, question):
    """Type a question, press Enter, wait for what it brings."""
    page.fill("#question input", question)
    page.press("#question input", "Enter")
    page.wait_for_function(
        "q => document.title.startsWith(q) && document.querySelector('.count')",
        arg=question,
    )
    page.evaluate(SETTLED)


def shoot(page, name):
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png")


def open_documents(page):
    page.click("#tabs [role=tab] >> nth=1")
    page.wait_for_selector("#table table")


@contextmanager
def rebuilding(page):
    """Wait until the page says that what is done within is in use."""
    number = page.locator("#progress [data-rebuild]")
    begun = int(number.get_attribute("data-rebuild")) if number.count() else 0
    yield
    page.wait_for_selector(f'[data-rebuild="{begun + 1}"] .done', timeout=60_000)


def test_an_english_question_over_a_french_article(page):
    """The answering sentence is marked, and the article opens at the passage."""
    expect(page.locator("#question input")).to_be_focused()
    ask(page, HALT)

    quoted = page.locator(".answer blockquote").first
    expect(quoted).to_have_attribute("lang", "fr")
    assert "exigé" in quoted.inner_text()
    assert quoted.locator("mark").count() > 0
    page.locator(".hit button[data-open]").first.click()
    frame = page.locator("#article .frame")
    expect(frame).to_be_in_viewport()
    expect(frame).to_be_focused()
    assert "exigé" in frame.inner_text()
    shoot(page, "halt")


def test_an_arabic_question_in_an_arabic_interface(anybody, site):
    """The page runs from right to left; French stays left to right within it."""
    question = "من توسّط في وقف إطلاق النار بعد حرب 2020 في قره باغ؟"
    with visit(anybody, site, f"?q={quote(question)}", locale="ar") as page:
        page.wait_for_selector(".hit")

        assert page.evaluate("document.documentElement.dir") == "rtl"
        assert direction(page, "#question input") == "rtl"
        assert direction(page, ".passage[lang=fr]") == "ltr"
        expect(page.locator("#ask")).to_have_text("اسأل")
        shoot(page, "arabic")


def test_an_arabic_passage_in_an_english_interface(page):
    """Its direction is its own."""
    ask(page, "هدنة في وادي سرّان")

    assert direction(page, ".passage[lang=ar]") == "rtl"
    assert direction(page, ".hits") == "ltr"


def direction(page, selector):
    script = "element => getComputedStyle(element).direction"
    return page.locator(selector).first.evaluate(script)


def test_no_answer_is_said(page):
    """The page says so, read out as well, and shows the closest passages."""
    ask(page, GONE)

    expect(page.locator(".answer.none")).to_contain_text("No answer in these documents")
    expect(page.locator("#live")).to_contain_text("No answer in these documents")
    assert page.locator(".hit").count() > 0
    shoot(page, "none")


def test_results_are_announced(page):
    """A polite live region says that there are passages, and how many."""
    ask(page, HALT)

    expect(page.locator("#live")).to_have_attribute("aria-live", "polite")
    expect(page.locator("#live")).to_contain_text(re.compile(r"[Pp]assages: 8\."))


def test_every_answer_is_announced(page):
    """One that says the same as the last, too: what does not change is not read."""
    ask(page, HALT)
    page.evaluate(
        """() => {
          const live = document.querySelector("#live");
          window.said = [];
          new MutationObserver(() => said.push(live.innerText.trim()))
            .observe(live, { childList: true, subtree: true, characterData: true });
        }"""
    )
    before = page.locator("#live").inner_text().strip()
    for question in (GOAL, GOAL, HALT):
        page.evaluate("said.length = 0")
        ask(page, question)
        page.wait_for_function("before => said.at(-1) === before", arg=before)
    ask(page, GONE)
    expect(page.locator("#live")).to_have_text(re.compile("^ *No answer in these"))


def test_questions_have_addresses(anybody, site):
    """A link asks its question; back and forward move between questions."""
    with visit(anybody, site, f"?q={quote(HALT)}") as page:
        page.wait_for_selector(".hit")
        expect(page.locator("#question input")).to_have_value(HALT)
        ask(page, "Who scored the winning goal in the 98th minute?")
        page.go_back()
        expect(page.locator("#question input")).to_have_value(HALT)
        expect(page.locator(".passage").first).to_contain_text("exigé")


def test_examples_ask(page):
    """An example is a link that asks at once."""
    page.locator(".examples a").first.click()

    page.wait_for_selector(".hit")
    expect(page.locator("#question input")).not_to_have_value("")
    assert "?q=" in page.url


def test_questions_are_remembered_in_the_browser_only(browser, site):
    """The last questions are offered again, to this person alone, until forgotten."""
    with person(browser, site) as one, person(browser, site) as other:
        ask(one, "what <b>is</b> this")
        one.goto(site)
        one.click(".recent a:has-text('what <b>is</b> this')")
        one.wait_for_selector(".count")
        one.goto(site)
        one.click("[data-forget]")
        expect(one.locator(".recent")).to_be_hidden()
        expect(other.locator(".recent")).to_be_hidden()


def test_the_map_opens_a_passage(page):
    """Hits are numbered around the question; a point opens its article there."""
    ask(page, HALT)
    page.click("#tabs [role=tab] >> nth=2")
    expect(page.locator(".plane .asking")).to_be_visible()
    page.locator(".plane .ranked text", has_text=re.compile("^1$")).click(force=True)

    expect(page.locator("#map-reader .frame")).to_contain_text("exigé")
    shoot(page, "map")


def test_the_map_needs_no_mouse(page):
    """Arrows go from point to point, Enter opens one, Escape comes back to it."""
    page.click("#tabs [role=tab] >> nth=2")
    page.focus(".plane g[tabindex='0']")
    before = page.evaluate("document.activeElement.dataset.open")
    page.keyboard.press("ArrowRight")
    point = page.evaluate("document.activeElement.dataset.open")
    told = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert point != before
    expect(page.locator(".told")).to_contain_text(told.partition("\n")[0])
    page.keyboard.press("Enter")
    expect(page.locator("#map-reader h2")).to_have_text(told.partition("\n")[0])
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.open") == point

    page.check(".colouring [value=source]")
    expect(page.locator(".legend.source")).to_be_visible()
    expect(page.locator(".legend.language")).to_be_hidden()


def test_the_index_tells_about_itself(page, qa):
    """Model and counts are those of the index in use."""
    page.click("#tabs [role=tab] >> nth=3")

    expect(page.locator(".facts-page")).to_contain_text(qa.snapshot.manifest.embedder)
    page.locator(".measure summary").first.click()
    expect(page.locator(".measure .bars").first).to_contain_text("German")
    shoot(page, "index")


def test_the_filters_belong_to_one_person(browser, site):
    """A language chosen in one browser changes nothing in another."""
    with person(browser, site, f"?q={quote(HALT)}") as one:
        one.wait_for_selector(".hit")
        one.select_option("[name=language]", "de")
        expect(one.locator(".facts", has_text="French")).to_have_count(0)
        assert "language=de" in one.url
        with person(browser, site, f"?q={quote(HALT)}") as other:
            other.wait_for_selector(".hit")
            expect(other.locator("[name=language]")).to_have_value("")
            assert other.locator(".facts", has_text="French").count() > 0


def test_hits_steer_the_question(page):
    """What is liked comes first, what is not wanted goes; a chip takes it back."""
    ask(page, "what happened to the river?")
    titles = page.locator(".hit h3")
    liked, unwanted = titles.nth(2).inner_text(), titles.nth(0).inner_text()
    page.locator(".hit").nth(2).get_by_text("More like this").click()
    expect(titles.first).to_have_text(liked)
    page.locator(".hit", has_text=unwanted).get_by_text("Not this").first.click()
    expect(page.locator(".chips li")).to_have_count(2)
    expect(page.locator(".chips")).to_be_focused()
    shoot(page, "feedback")

    page.locator(".chips .more_like").click()
    expect(page.locator(".chips li")).to_have_count(1)
    page.go_back()
    expect(page.locator(".chips li")).to_have_count(2)
    ask(page, HALT)
    expect(page.locator(".chips")).to_have_count(0)


def test_dates_narrow(page):
    """A first day leaves younger passages; any date brings all back."""
    ask(page, HALT)
    page.click(".dates summary")
    page.fill("[name=since]", "2025-01-01")
    expect(page.locator(".facts", has_text="2023-")).to_have_count(0)
    expect(page.locator(".dates summary")).to_have_text("2025-01-01 – ")
    assert "since=2025-01-01" in page.url
    shoot(page, "dates")
    page.click(".dates button")

    expect(page.locator(".facts", has_text="2023-09-19").first).to_be_visible()
    expect(page.locator(".dates summary")).to_have_text("Any date")
    expect(page.locator(".dates summary")).to_be_focused()


def test_a_year_is_typed_before_it_narrows(page):
    """Its first three digits are no year yet: one question, one step of history."""
    ask(page, HALT)
    page.click(".dates summary")
    begun = page.evaluate("history.length")
    page.focus("[name=since]")
    page.keyboard.type("01012025")
    expect(page.locator(".dates summary")).to_have_text("2025-01-01 – ")
    page.wait_for_url("**&since=2025-01-01")

    assert page.evaluate("history.length") == begun + 1


def test_an_address_may_name_a_year(anybody, site):
    """The page says so, and other filters leave it; any date takes it back."""
    with visit(anybody, site, f"?q={quote(HALT)}&since=2025") as page:
        page.wait_for_selector(".count")
        expect(page.locator(".dates summary")).to_have_text("2025 – ")
        page.select_option("[name=language]", "en")
        page.wait_for_url("**&language=en&since=2025")
        page.select_option("[name=language]", "")
        page.click(".dates summary")
        page.click(".dates button")
        page.wait_for_url(lambda url: "since" not in url and "language" not in url)


def test_a_date_that_is_none_is_not_shown(anybody, site):
    """It narrows nothing, and the page does not say so."""
    with visit(anybody, site, f"?q={quote(HALT)}&since=9999-99-99") as page:
        page.wait_for_selector(".count")
        page.evaluate(SETTLED)
        expect(page.locator(".dates summary")).to_have_text("Any date")


def test_the_map_follows_the_address(page):
    """Back, while it is open, brings the hits of the question before."""
    ask(page, HALT)
    ask(page, GOAL)
    page.click("#tabs [role=tab] >> nth=2")
    first = page.locator(".on-map button").first
    expect(first).not_to_contain_text("Karabakh")
    page.go_back()
    expect(first).to_contain_text("Karabakh")


def test_the_same_question_again_is_no_step_of_history(page):
    """Links write its blanks as %20, the page as +."""
    page.locator(".examples a").first.click()
    page.wait_for_selector(".hit")
    begun = page.evaluate("history.length")
    page.press("#question input", "Enter")
    page.evaluate(SETTLED)

    assert page.evaluate("history.length") == begun


def test_a_slash_is_written_where_it_can_be(page):
    """It goes to the question only from where it would do nothing."""
    page.focus("[name=language]")
    page.keyboard.press("/")
    expect(page.locator("[name=language]")).to_be_focused()
    open_documents(page)
    assert page.evaluate(
        """() => document.body.dispatchEvent(new KeyboardEvent(
             "keydown", { key: "/", bubbles: true, cancelable: true }))"""
    )


def test_a_question_under_way_is_seen(page):
    """When it takes longer than a moment, until the answer comes."""
    ask(page, HALT)
    held = []
    page.route("**/gradio_api/run/**", lambda route: held.append(route))
    page.fill("#question input", GOAL)
    page.press("#question input", "Enter")
    expect(page.locator("#results")).to_have_attribute("aria-busy", "true")

    for route in held:
        route.continue_()
    page.unroute("**/gradio_api/run/**")
    expect(page.locator("#results")).not_to_have_attribute("aria-busy", "true")
    expect(page.locator(".passage").first).to_contain_text("Nuno Cabreira")


@contextmanager
def held(page, text):
    """Hold back the requests that hold a text, within; then they are answered."""
    routes = []

    def hold(route):
        late = text in (route.request.post_data or "")
        routes.append((route, route.fetch())) if late else route.continue_()

    page.route("**/gradio_api/run/**", hold)
    yield
    for route, response in routes:
        route.fulfill(response=response)
    page.unroute("**/gradio_api/run/**")
    assert routes
    page.evaluate(SETTLED)


def test_a_late_answer_is_dropped(page):
    """What is asked in the address meanwhile stays, on the map and in articles too."""
    ask(page, HALT)
    with held(page, "Desportivo"):
        page.fill("#question input", GOAL)
        page.press("#question input", "Enter")
        page.wait_for_url("**Desportivo**")
        page.go_back()
        expect(page.locator("#question input")).to_have_value(HALT)
        page.evaluate(SETTLED)

    expect(page.locator(".passage").first).to_contain_text("exigé")
    page.click("#tabs [role=tab] >> nth=2")
    expect(page.locator(".on-map button").first).to_contain_text("Karabakh")
    page.click("#tabs [role=tab] >> nth=0")
    page.locator(".hit button[data-open]").first.click()
    expect(page.locator("#article .frame")).to_contain_text("exigé")


def test_an_article_of_another_question_is_dropped(page):
    """It is not opened beside the answer that came meanwhile."""
    ask(page, HALT)
    with held(page, "hit 1"):
        page.locator(".hit button[data-open]").first.click()
        ask(page, GOAL)

    expect(page.locator("#article article")).to_have_count(0)
    expect(page.locator(".passage").first).to_contain_text("Nuno Cabreira")


def test_the_last_click_wins(page):
    """A second hit is opened though the first is still on its way."""
    ask(page, HALT)
    title = page.locator(".hit h3").nth(1).inner_text()
    with held(page, "hit 1"):
        page.locator(".hit button[data-open]").nth(0).click()
        page.locator(".hit button[data-open]").nth(1).click()
        expect(page.locator("#article h2")).to_have_text(title)

    expect(page.locator("#article h2")).to_have_text(title)


def test_a_failure_is_said(page):
    """In words, until an answer comes; nothing is under way any more."""
    ask(page, HALT)
    broken = {"status": 500, "body": '{"error": null}'}
    page.route("**/gradio_api/run/**", lambda route: route.fulfill(**broken))
    expect(page.locator("#failed")).to_be_hidden()
    for action in (
        lambda: page.press("#question input", "Enter"),
        lambda: page.locator(".hit button[data-open]").first.click(),
        lambda: page.click("#tabs [role=tab] >> nth=1"),
    ):
        page.evaluate("document.querySelector('#failed').classList.remove('said')")
        action()
        expect(page.locator("#failed")).to_contain_text("That failed")
        expect(page.locator("#results")).not_to_have_attribute("aria-busy", "true")
    page.unroute("**/gradio_api/run/**")
    page.click("#tabs [role=tab] >> nth=0")
    page.press("#question input", "Enter")
    expect(page.locator("#failed")).to_be_hidden()


def test_every_view_has_one_heading(page):
    """The name of the page stays, whatever is asked or opened."""
    expect(page.locator("h1:visible")).to_have_text("Passage")
    ask(page, HALT)
    expect(page.locator("h1:visible")).to_have_text("Passage")
    open_documents(page)
    expect(page.locator("h1:visible")).to_have_text("Passage")


def test_the_keyboard_is_enough(page):
    """Enter asks, Tab and Enter open the article, Escape closes it and goes back."""
    ask(page, HALT)
    for _ in range(12):
        page.keyboard.press("Tab")
        opener = page.evaluate("document.activeElement.dataset.open")
        if opener:
            break
    page.keyboard.press("Enter")
    page.wait_for_selector("#article article")
    page.keyboard.press("Escape")

    expect(page.locator("#article article")).to_have_count(0)
    assert page.evaluate("document.activeElement.dataset.open") == opener
    page.keyboard.press("/")
    expect(page.locator("#question input")).to_be_focused()


def test_what_has_the_keyboard_is_seen(page):
    """It looks otherwise: what takes files, fields, and what chooses colours."""
    open_documents(page)
    page.click("#paste button")
    changes(page, "#upload button", "#adding")
    changes(page, "#paste input", "#paste")
    changes(page, "#paste textarea", "#paste")
    changes(page, "#find input", "#holding")
    page.click("#tabs [role=tab] >> nth=2")
    changes(page, ".colouring [value=language]", ".colouring")


def changes(page, selector, around):
    """Go to an element by Tab, and compare what is around it without that."""
    page.focus(selector)
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(page.locator(selector)).to_be_focused()
    page.evaluate(SETTLED)
    seen = page.locator(around).screenshot()
    page.evaluate("document.activeElement.blur()")
    page.evaluate(SETTLED)
    assert page.locator(around).screenshot() != seen, selector


def test_an_article_is_opened_again(page):
    """What was closed opens once more, in each of the tabs."""
    ask(page, HALT)
    opens_twice(page, ".hit button[data-open]", "#article")
    open_documents(page)
    opens_twice(page, "#table tbody button", "#reader")
    page.click("#tabs [role=tab] >> nth=2")
    opens_twice(page, ".on-map button", "#map-reader")


def opens_twice(page, button, reader):
    for _ in range(2):
        page.locator(button).first.click()
        expect(page.locator(f"{reader} article")).to_be_visible()
        page.click(f"{reader} .close")
        expect(page.locator(f"{reader} article")).to_have_count(0)
        expect(page.locator(button).first).to_be_focused()


def test_a_citation_is_copied(browser, site):
    """The buttons put title, source, date and offsets on the clipboard, or quote."""
    granted = {"permissions": ["clipboard-read", "clipboard-write"]}
    with person(browser, site, **granted) as page:
        ask(page, HALT)
        page.locator(".cite summary").first.click()
        for name, wanted in [
            ("text", r"^Karabakh.*"),
            ("Markdown", r"^> [^>]*exigé.*"),
        ]:
            page.locator(f"button[data-copy]:has-text('{name}')").first.click()
            expect(page.locator("button[data-copy]:has-text('Copied')")).to_have_count(
                1
            )
            expect(page.locator("button[data-copy]:has-text('Copied')")).to_have_count(
                0
            )
            copied = page.evaluate("navigator.clipboard.readText()")
            where = r"2023-09-19 \(.*\.md, characters \d+–\d+\)"
            assert re.search(f"(?s){wanted}{where}$", copied)


def test_a_citation_is_copied_without_the_clipboards_leave(page):
    """As on a page that came by plain http from another machine."""
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: null})")
    ask(page, HALT)
    page.locator(".cite summary").first.click()
    button = page.locator("button[data-copy]").first
    button.click()
    button.click()
    expect(button).to_have_text("Copied")
    expect(button).to_have_text("Copy as text")
    page.focus("#question input")
    page.keyboard.press("Control+A")
    page.keyboard.press("Control+V")
    expect(page.locator("#question input")).to_have_value(re.compile("Karabakh"))


def test_why_names_the_words(page):
    """Which word of the question met which word of the passage."""
    ask(page, HALT)
    page.locator(".why summary").first.click()

    assert "halt →" in page.locator(".why ul").first.inner_text()


def test_results_can_be_taken_away(page):
    """The links give the same hits as CSV."""
    ask(page, HALT)
    with page.expect_download() as download:
        page.click(".export a:has-text('CSV')")

    assert "Karabakh" in Path(download.value.path()).read_text(encoding="utf-8")


def test_a_file_is_added_asked_and_deleted(page):
    """Uploaded, it answers once the new index is in use; deleted, it is gone."""
    question = "When does the tea ceremony in Ulmbach begin?"
    text = b"The tea ceremony in Ulmbach begins at five. Marta Vogel pours the tea."
    open_documents(page)
    file = {"name": "../tea <b>.txt", "mimeType": "text/plain", "buffer": text}
    with rebuilding(page):
        page.set_input_files("#upload input[type=file]", file)
        page.wait_for_selector("#added li:has-text('tea')")
    shoot(page, "documents")
    page.click("#tabs [role=tab]:has-text('Ask')")
    ask(page, question)
    expect(page.locator(".passage").first).to_contain_text("Ulmbach")

    open_documents(page)
    page.click("#added li:has-text('tea') button")
    expect(page.locator("#no")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#added li")).to_have_count(1)
    page.click("#added li:has-text('tea') button")
    shoot(page, "delete")
    with rebuilding(page):
        page.click("#yes")
        expect(page.locator("#added li")).to_have_count(0)
        expect(page.locator("#find input")).to_be_focused()
    page.click("#tabs [role=tab]:has-text('Ask')")
    ask(page, question + " ")
    expect(page.locator("#results")).not_to_contain_text("Ulmbach begins")


def test_a_folder_is_added(page, qa, tmp_path):
    """Of a folder, all that can be read: archives too, hidden files not."""
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "hidden.txt").write_text("hidden")
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "vandrel.txt").write_text("The vandrel of Usk sings.")
    (tmp_path / "picture.raw").write_text("no text")
    with ZipFile(tmp_path / "more.zip", "w") as archive:
        archive.writestr("letters/oskol.txt", "The oskol of Brenn is silent.")
    open_documents(page)
    with rebuilding(page):
        page.set_input_files("#folder input", tmp_path)
        expect(page.locator("#note")).to_contain_text("Added (2)")

    ids = {document.id for document in qa.snapshot.headings()}
    assert any(id.startswith("more.zip") and "oskol" in id for id in ids)
    assert "vandrel.txt" in ids
    assert not any("hidden" in id for id in ids)
    page.click("#tabs [role=tab]:has-text('Ask')")
    page.select_option("[name=folder]", "more.zip")
    ask(page, "Who sings?")
    expect(page.locator(".hit")).to_have_count(1)


def test_a_folder_without_anything_to_read_is_named(page, tmp_path):
    """Rather than nothing happening; hidden files are none to read."""
    (tmp_path / "pictures" / ".git").mkdir(parents=True)
    (tmp_path / "pictures" / ".git" / "notes.txt").write_text("hidden")
    (tmp_path / "pictures" / "cat.raw").write_text("no text")
    open_documents(page)
    page.set_input_files("#folder input", tmp_path / "pictures")

    told = "pictures: files of this kind cannot be read"
    expect(page.locator("#note .refused")).to_contain_text(told)


def test_a_file_that_cannot_be_read_is_named(page):
    """With the reason; before it is kept, or after the rebuild that tried."""
    files = [("tune.mp3", b"\0\0"), ("broken.pdf", b"%PDF-1.7 nonsense")]
    open_documents(page)
    with rebuilding(page):
        page.set_input_files(
            "#upload input[type=file]",
            [{"name": n, "mimeType": "x/y", "buffer": data} for n, data in files],
        )
        refused = page.locator("#note .refused")
        expect(refused).to_contain_text("tune.mp3: files of this kind cannot be read")
    expect(page.locator(".unread li")).to_contain_text("broken.pdf: ")
    shoot(page, "unread")
    page.click("#added li:has-text('broken') button")
    with rebuilding(page):
        page.click("#yes")


def test_a_file_that_is_too_large_keeps_no_other_away(page, qa):
    """It is named with the limit; the message from before goes."""
    large = f"new File([new Uint8Array({(50 << 20) + 1})], 'large.txt')"
    small = "new File(['The grandlo of Esk hums.'], 'grandlo.txt')"
    open_documents(page)
    note = page.locator("#note")
    with rebuilding(page):
        choose(page, large, small)
        expect(note).to_contain_text("Added (1): grandlo.txt")
        expect(note).to_contain_text("large.txt: larger than 50 MB")
    assert "grandlo.txt" in known(qa)

    choose(page, large)
    expect(note).not_to_contain_text("Added")
    expect(note).to_contain_text("large.txt: larger than 50 MB")


def choose(page, *files):
    """Choose files that are made in the browser."""
    page.locator("#upload input[type=file]").evaluate(
        f"""input => {{
          const chosen = new DataTransfer();
          for (const file of [{", ".join(files)}]) chosen.items.add(file);
          input.files = chosen.files;
          input.dispatchEvent(new Event("change", {{ bubbles: true }}));
        }}"""
    )


def test_the_last_index_can_be_brought_back(page, qa):
    """After a question; a text that came since is not found, until it is again."""
    open_documents(page)
    page.click("#paste button")
    page.fill("#paste input", "Brunnholm ferry")
    page.fill("#paste textarea", "The Brunnholm ferry leaves at dawn.")
    with rebuilding(page):
        page.click("#paste button:has-text('Add')")
    for holds in (False, True):
        page.click("button:has-text('Go back')")
        expect(page.locator("#sure")).to_contain_text("Bring back the index of")
        page.click("#yes")
        expect(page.locator("#note")).to_contain_text("is in use again")
        assert ("Brunnholm ferry.md" in known(qa)) == holds


def known(qa):
    return [document.id for document in qa.snapshot.headings()]


def test_a_text_is_pasted(page, qa):
    """A title and a text become a document; without them nothing is kept."""
    open_documents(page)
    page.click("#paste button")
    page.click("#paste button:has-text('Add')")
    expect(page.locator("#note")).to_contain_text("a title and a text are needed")
    page.fill("#paste input", "Kvistholm ferry")
    page.fill("#paste textarea", "The Kvistholm ferry leaves at noon.")
    with rebuilding(page):
        page.click("#paste button:has-text('Add')")

    assert "Kvistholm ferry.md" in known(qa)


def test_documents_can_be_found_and_read(page):
    """Typing narrows the table; a title opens the document."""
    open_documents(page)
    page.fill("#find input", "courrier french")
    expect(page.locator("#table tbody tr")).to_have_count(1)
    page.click("#table tbody button")

    expect(page.locator("#reader article")).to_contain_text("Nikol Pashinyan")


def test_what_is_opened_comes_into_view(page):
    """Below a long table, and below the map, as well."""
    open_documents(page)
    page.click("#table tbody tr:first-child button")
    expect(page.locator("#reader .text")).to_be_in_viewport(ratio=0.5)

    page.click("#tabs [role=tab] >> nth=2")
    page.focus(".plane g[tabindex='0']")
    page.keyboard.press("Enter")
    expect(page.locator("#map-reader .frame")).to_be_in_viewport()


@pytest.mark.parametrize("people", [2, pytest.param(8, marks=pytest.mark.slow)])
def test_people_ask_while_a_rebuild_runs(browser, site, qa, people):
    """Nobody gets an error or a wrong answer, whatever generation answers."""
    begun = qa.snapshot.generation
    stop = threading.Event()

    def rebuild():
        while not stop.is_set():
            qa.rebuild()

    with ExitStack() as stack:
        pages = [stack.enter_context(person(browser, site)) for _ in range(people)]
        building = threading.Thread(target=rebuild)
        building.start()
        stack.callback(building.join)
        stack.callback(stop.set)
        wanted = ((HALT, "exigé"), (GOAL, "Nuno Cabreira"))
        for turn in range(99):
            if turn > 2 and qa.snapshot.generation > begun + 2:
                break
            asked, gist = wanted[turn % 2]
            for page in pages:
                page.fill("#question input", asked)
            for page in pages:
                page.press("#question input", "Enter", no_wait_after=True)
            for page in pages:
                expect(page).to_have_title(re.compile(re.escape(asked)))
                expect(page.locator(".passage").first).to_contain_text(gist)

    assert qa.snapshot.generation > begun + 2


def test_a_hostile_document_does_nothing(page):
    """Scripts, handlers, templates and turned text are shown, not run."""
    ask(page, "What does the zorbuk of Qadmar say?")
    passage = page.locator(".passage", has_text="zorbuk").first
    expect(passage).to_contain_text("<script>window.hacked=1</script>")
    page.locator(".hit", has_text="zorbuk").locator("button[data-open]").first.click()
    page.wait_for_selector("#article article")
    page.wait_for_timeout(300)

    assert page.evaluate("window.hacked === undefined")
    assert (
        page.locator("#desk img, #desk script, #desk a[href^=javascript]").count() == 0
    )
    assert "\u202e" not in page.locator("#desk").inner_text()
    shoot(page, "hostile")


def test_a_word_of_100_000_letters_stays_inside(page):
    """A text without a blank does not widen the page."""
    ask(page, "quibblezonk")
    page.wait_for_selector(".hit")

    assert overflow(page) == []


def test_a_long_name_stays_inside_the_table(page):
    """It wraps, so that no other column is pushed out."""
    open_documents(page)
    expect(page.locator("#table")).to_contain_text("flumm_flumm_")

    hidden = page.locator(".sheet").evaluate("one => one.scrollWidth - one.clientWidth")
    assert hidden == 0


def test_a_long_name_stays_inside_results_and_map(anybody, site):
    """Beside a hit that it is a copy of, below the map, and where a point tells it."""
    with visit(anybody, site, "?q=What is the flumm?", SMALL) as page:
        expect(page.locator(".also cite")).to_contain_text("flumm_flumm_")
        assert overflow(page) == []
        page.click("#tabs [role=tab] >> nth=2")
        page.wait_for_selector(".on-map button:has-text('flumm_')")
        assert overflow(page) == []
        page.focus(".plane .ranked[aria-label*=flumm_]")
        told = page.locator(".told")
        assert told.evaluate("one => one.scrollWidth - one.clientWidth") == 0


def test_what_a_point_tells_has_its_width_everywhere(anybody, site):
    """No less of it to the right, where the map ends."""
    with visit(anybody, site, size=SMALL) as page:
        page.click("#tabs [role=tab] >> nth=2")
        page.wait_for_selector(".plane")
        widths = page.evaluate(
            """() => {
              const across = one => one.querySelector("circle").cx.baseVal.value;
              const points = [...document.querySelectorAll(".plane g[data-open]")]
                .filter(one => !/\\S{30}/.test(one.getAttribute("aria-label")))
                .sort((one, other) => across(one) - across(other));
              return [points[0], points.at(-1)].map(one => {
                one.focus();
                return document.querySelector(".told").offsetWidth;
              });
            }"""
        )
        assert widths[0] == widths[1] > 200


def test_a_report_has_the_width_of_a_phone(anybody, site):
    """The buttons beside it go below."""
    with visit(anybody, site, size=PHONE) as page:
        open_documents(page)
        with rebuilding(page):
            page.click("#working button:has-text('Rebuild')")

        assert page.locator("#progress").bounding_box()["width"] > 300
        assert overflow(page) == []


def overflow(page):
    """Tell what stands out of the page to the right, but in what scrolls itself."""
    return page.evaluate(
        """[...document.querySelectorAll("#tabs *")].filter(one =>
             one.checkVisibility()
             && !one.closest(".sheet, [aria-hidden=true], .sr-only")
             && getComputedStyle(one).visibility === "visible"
             && one.getBoundingClientRect().right > innerWidth + 1
           ).map(one => one.outerHTML.slice(0, 120))"""
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone(anybody, site, scheme):
    """At 390 pixels nothing is cut off; the article follows the results."""
    with visit(anybody, site, f"?q={quote(HALT)}", PHONE, scheme) as page:
        page.wait_for_selector(".hit")
        shoot(page, f"phone-{scheme}")
        assert overflow(page) == []
        page.locator(".hit button[data-open]").first.click()
        expect(page.locator("#article h2")).to_be_in_viewport()
        assert overflow(page) == []
        for tab in range(1, 4):
            page.click(f"#tabs [role=tab] >> nth={tab}")
            page.wait_for_selector(("#table table", ".plane", ".facts-page")[tab - 1])
            shoot(page, f"phone-{scheme}-{tab}")
            assert overflow(page) == []


def test_a_place_far_down_comes_into_view(anybody, tmp_path):
    """Whether the article scrolls by itself or with the page."""
    lines = [f"Line {n} tells of nothing but the weather." for n in range(900)]
    lines.insert(600, "\nThe treasurer of Ostwick hid the brass key under the organ.\n")
    (tmp_path / "ledger.txt").write_text("\n".join(lines))
    ledger = QA.build([tmp_path / "ledger.txt"], tmp_path / "index")
    asked = "?q=Where did the treasurer of Ostwick hide the brass key?"
    with serving(ledger) as site:
        for width in (390, 800, 1280):
            size = {"width": width, "height": 844}
            with visit(anybody, site, asked, size) as page:
                page.locator(".answer button[data-open]").first.click()
                frame = page.locator("#article .frame")
                expect(frame).to_contain_text("under the organ")
                expect(frame).to_be_in_viewport(ratio=0.5)


@pytest.mark.parametrize("locale", ["en", "fr", "de", "es", "zh-CN", "ar"])
def test_the_smallest_phone(anybody, site, locale):
    """At 320 pixels tabs have their whole names, and the days lie within the page."""
    with visit(anybody, site, size=SMALL, locale=locale) as page:
        page.click(".dates summary")
        expect(page.locator("[name=since]")).to_be_visible()

        assert overflow(page) == []
        panel, tabs = page.locator(".dates > div"), page.locator("#tabs [role=tab]")
        assert panel.evaluate("one => one.getBoundingClientRect().left") >= 0
        for tab in tabs.all():
            assert tab.evaluate("one => one.scrollWidth - one.clientWidth") <= 1
        inside = "one => one.closest('#box').getBoundingClientRect()"
        box = page.locator("#ask").evaluate(inside)
        button = page.locator("#ask").evaluate("one => one.getBoundingClientRect()")
        assert box["left"] <= button["left"]
        assert button["right"] <= box["right"]


def test_dark_and_light(browser, site):
    """The system's wish is followed; the button changes it, for good."""
    with person(browser, site, color_scheme="dark") as page:
        assert brightness(page) < 60
        page.click("[data-lamp]")
        assert brightness(page) > 200
        page.reload()
        page.wait_for_selector(".examples")
        assert brightness(page) > 200


def test_a_browser_that_keeps_nothing_is_enough(browser, site):
    """What storage would have is forgotten; all else goes on."""
    with closing(browser.new_context(viewport=WIDE)) as context:
        context.add_init_script("""
            for (const name of ["localStorage", "sessionStorage"])
                Object.defineProperty(window, name, {
                    get() { throw new DOMException("denied", "SecurityError") } })
        """)
        with visiting(context.new_page(), site) as page:
            ask(page, HALT)
            page.get_by_text("More like this").first.click()
            expect(page.locator(".chips")).to_be_focused()
            page.click("[data-lamp]")
            assert brightness(page) < 60


def brightness(page):
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return sum(map(int, re.findall(r"\d+", colour)[:3])) / 3


@pytest.mark.parametrize(
    ("locale", "button"),
    [
        ("fr-FR", "Demander"),
        ("de-DE", "Fragen"),
        ("es", "Preguntar"),
        ("zh-CN", "提问"),
    ],
)
def test_the_interface_speaks_the_browsers_language(anybody, site, locale, button):
    """Buttons come from the browser's side, greetings from the server's: they agree."""
    with visit(anybody, site, locale=locale) as page:
        expect(page.locator("#ask")).to_have_text(button)
        greeting = page.locator("#greeting p")
        language = locale.split("-")[0]
        expect(greeting).to_have_attribute("lang", language)
        named = table("words")[language]["lamp"]
        expect(page.locator(".lamp")).to_have_attribute("aria-label", named)


def test_a_login_guards_the_page(browser, qa):
    """Without it there is nothing; with it the page works as ever."""
    with serving(qa, auth="ana:secret") as site:
        assert httpx.get(site).status_code == 401
        login = {"http_credentials": {"username": "ana", "password": "secret"}}
        with person(browser, site, **login) as page:
            ask(page, HALT)
            expect(page.locator(".passage").first).to_contain_text("exigé")


OF_COLOURS = ["color-contrast", "link-in-text-block"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(anybody, site, scheme):
    """The accessibility checker is content with every tab."""
    with visit(anybody, site, f"?q={quote(HALT)}", scheme=scheme) as page:
        page.wait_for_selector(".hit")
        page.locator(".hit button[data-open]").first.click()
        page.wait_for_selector("#article article")
        page.evaluate(axe.read_text(encoding="utf-8"))
        rules = {"runOnly": OF_COLOURS} if scheme == "dark" else {}  # the rest is same
        assert serious(page, rules) == []
        open_documents(page)
        page.click("#paste button")
        assert serious(page, rules) == []
        for tab, seen in ((2, ".plane"), (3, ".facts-page")):
            page.click(f"#tabs [role=tab] >> nth={tab}")
            page.wait_for_selector(seen)
            assert serious(page, rules) == []


def serious(page, rules):
    found = page.evaluate(
        "rules => axe.run(rules).then(result => result.violations)",
        {"resultTypes": ["violations"]} | rules,
    )
    return [
        (v["id"], node["html"][:200], node["failureSummary"][:300])
        for v in found
        if v["impact"] in ("serious", "critical")
        for node in v["nodes"]
    ]
