"""The HTML report in a browser: its filter, its picture, its looks; nothing is fetched, nothing goes wrong."""
import base64
import hashlib
import os
import pathlib
import re
import subprocess

import pytest

from browser import CHROMIUM, Browser
from terminal import PROGRAM

SAMPLE = PROGRAM.parent / "tests" / "report.sample_page"
SHOWN = "[...document.querySelectorAll('#list tbody tr')].filter((row) => row.offsetParent !== null).length"
FINDINGS = 43

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs chromium: tools/setup test")


def saved_page(folder, spokes, findings):
    """Save the page of a made-up cluster and return its address."""
    path = folder / f"{spokes}-{findings}.html"
    path.write_bytes(subprocess.run([SAMPLE, str(spokes), str(findings)], capture_output=True, check=True).stdout)
    return path.as_uri()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder for pages."""
    return tmp_path_factory.mktemp("pages")


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """Return a browser for all tests."""
    started = Browser(tmp_path_factory.mktemp("profile"))
    yield started
    started.close()


@pytest.fixture(scope="module")
def address(folder):
    """Return the address of a page with 40 conflicts at five spokes and three more findings."""
    return saved_page(folder, 5, 40)


@pytest.fixture
def page(browser, address):
    """Return the browser with that page, which is content and alone at the end."""
    browser.open(address)
    yield browser
    browser.run("1")
    assert browser.complaints == []
    assert [url for url in browser.requests if not url.startswith("data:")] == [address]


def write(page, words):
    """Write into the filter as a person does."""
    page.press("/")
    for letter in words:
        page.press(letter)


def test_everything_is_shown_at_first(page):
    assert page.run(SHOWN) == FINDINGS
    assert page.run("count.textContent") == "43 of 43 findings"


def test_words_are_all_sought_from_the_keyboard(page):
    write(page, "net-003 CIDR")
    assert page.run("document.activeElement.id") == "words"
    assert page.run("words.value") == "net-003 CIDR"
    assert page.run(SHOWN) == 7
    assert page.run("document.getElementById('count').textContent") == "7 of 43 findings"


def test_rule_and_action_go_together_and_are_taken_back(page):
    choose = "{0}.value = '{1}', {0}.dispatchEvent(new Event('input', {{bubbles: true}}))"
    page.run(choose.format("filter.action", "deny"))
    assert page.run(SHOWN) == 41
    page.run(choose.format("filter.rule", "quota"))
    assert page.run(SHOWN) == 0
    page.run("document.getElementById('clear').click()")
    assert page.run(SHOWN) == FINDINGS


def test_a_rule_of_the_summary_filters(page):
    page.run("document.querySelector('a[data-rule=missing-route]').click()")
    assert page.run(SHOWN) == 1
    assert page.run("filter.rule.value") == "missing-route"


def test_a_conflict_in_the_picture_filters(page):
    page.run("document.querySelector('svg a.conflict[data-findings]').dispatchEvent("
             "new MouseEvent('click', {bubbles: true, cancelable: true}))")
    shown = page.run(SHOWN)
    assert 0 < shown < FINDINGS
    assert page.run("document.querySelector('svg a.conflict').dataset.findings.split(' ').length") == shown
    assert page.run("count.textContent").endswith("at one place of the picture")
    assert page.run("document.activeElement.id") == "findings-title"


def test_a_conflict_in_the_picture_is_reached_by_keyboard(page):
    page.run("document.querySelector('svg a.conflict[data-findings]').focus()")
    page.press("Enter")
    assert 0 < page.run(SHOWN) < FINDINGS


def test_an_anchor_brings_back_what_the_filter_hid(page):
    write(page, "quota")
    hidden = page.run("document.querySelector('#list tbody tr[hidden]').id")
    page.run(f"location.hash = '#{hidden}'")
    assert page.run(f"document.getElementById('{hidden}').offsetParent !== null")


def test_a_way_out_is_copied(page):
    page.call("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
    page.run("document.querySelector('.way button').click()")
    assert page.run("document.querySelector('.way button').textContent") == "Copied"


def test_without_a_script_all_is_there_as_a_table(browser, address):
    browser.open(address, script=False)
    assert browser.run(SHOWN) == FINDINGS
    assert browser.run("document.getElementById('filter').offsetParent === null")
    assert browser.run("document.querySelectorAll('.way button').length") == 0


def test_nothing_that_objects_say_runs_or_becomes_an_element(page):
    assert page.run("document.scripts.length") == 1
    assert page.run("document.querySelectorAll('img, textarea, iframe, b:not(.legend b)').length") == 0


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("spokes", [5, 187])
def test_the_page_is_not_wider_than_the_window(browser, folder, width, spokes):
    browser.open(saved_page(folder, spokes, 40), width=width)
    assert browser.run("document.documentElement.scrollWidth") == width
    wide = browser.run("[...document.querySelectorAll('main *:not(.scroll *)')].filter((element) =>"
                       f" element.getBoundingClientRect().right > {width}).map((element) => element.outerHTML)")
    assert wide == []


CONTRAST = """
(() => {
  const parse = (text) => text.match(/[0-9.]+/g).map(Number);
  const part = (value) => value <= 10.31 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  const back = (element) => {
    for (; element; element = element.parentElement) {
      const colour = parse(getComputedStyle(element).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const ratio = (one, other) => (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  const bad = [];
  for (const element of document.querySelectorAll('body *')) {
    if (element.closest('script, style, option, title')) continue;
    if (![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
    const style = getComputedStyle(element), drawn = element.closest('svg');
    let behind = back(element);
    if (element.matches('svg .name, svg .kind'))
      behind = parse(getComputedStyle(element.closest('a, g').querySelector('.box')).fill);
    if (element.matches('svg .sign'))
      behind = parse(getComputedStyle(element.closest('a, g').querySelector('.mark')).fill);
    const found = ratio(light(parse(drawn ? style.fill : style.color)), light(behind));
    if (found < 4.5) bad.push(element.className + ' ' + element.textContent.slice(0, 30) + ' ' + found);
  }
  return bad;
})()
"""


@pytest.mark.parametrize("dark", [False, True])
def test_all_text_has_the_contrast_of_wcag_aa(browser, address, dark):
    browser.open(address, dark=dark)
    assert browser.run(CONTRAST) == []


def test_what_can_be_operated_has_a_name(page):
    nameless = page.run("[...document.querySelectorAll('input, select, button, svg a, a')].filter((element) =>"
                        " !(element.labels && element.labels.length) && !element.textContent.trim()"
                        " && !element.getAttribute('aria-label')).length")
    assert nameless == 0
    assert page.run("document.documentElement.lang") == "en"
    assert page.run("[...document.querySelectorAll('th')].every((head) => head.scope)")


def test_the_policy_lets_this_very_script_run(address):
    text = pathlib.Path(address.removeprefix("file://")).read_text()
    script = re.search(r"<script>(.*)</script>", text, re.S).group(1)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in text


def test_ten_thousand_findings_can_be_filtered(browser, folder):
    browser.open(saved_page(folder, 100, 10000))
    write(browser, "net-050")
    assert browser.run(SHOWN) == 99


def test_screenshots_for_people(browser, folder):
    if "PEERWARDEN_SCREENSHOTS" not in os.environ:
        pytest.skip("PEERWARDEN_SCREENSHOTS names no folder for them")
    target = pathlib.Path(os.environ["PEERWARDEN_SCREENSHOTS"])
    for spokes in (5, 187):
        for width, dark in ((1280, False), (1280, True), (390, False)):
            browser.open(saved_page(folder, spokes, 8), width=width, dark=dark)
            name = f"{spokes}-{width}-{'dark' if dark else 'light'}.png"
            (target / name).write_bytes(base64.b64decode(browser.screenshot()))
