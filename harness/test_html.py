# SPDX-License-Identifier: MIT
"""The HTML report in a real browser (headless Chromium): it renders, filters, opens cells and
findings, works with the keyboard, fits a phone, and asks no network. HTML_SHOTS=DIR keeps screenshots."""
import json
import os
import re
from urllib.parse import quote, urlencode

import pytest

import program
from browser import CHROMIUM, DRIVER, driven
from program import run_matrix, script, write

pytest.importorskip("selenium.webdriver", reason="not-run: selenium absent")
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402
from selenium.webdriver.support.ui import WebDriverWait, Select  # noqa: E402

if not CHROMIUM or not DRIVER:
    pytest.skip("not-run: chromium or chromedriver absent", allow_module_level=True)

# Arguments on the stack, in registers and by reference; text that means something to HTML.
CASES = """//! group some a </script><b>name</b> & so on
int plain(int a, long b, double c, int d, int e, int f, int g, int h, long i);
struct big { long a[4]; };
//! known gcc sysv: known <i>for a reason</i>
struct big memory(struct big a, int b);
//! group never a type that is refused
int odd(_Float16 a, int b);
//! group gone a finding that is not there
//! known gcc sysv: it was once there
int vanished(void);
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory, gcc, compilers):
    """Two versions of a family, of which one is broken."""
    tmp = tmp_path_factory.mktemp("html")
    bad = script(tmp / "bad", f"""
for a; do
	case $a in
	*.c) grep -q _Float16 "$a" && {{ echo "x.c:1:1: error: no _Float16" >&2; exit 1; }} ;;
	esac
done
exec {compilers[gcc]["path"]} "$@" -fcall-used-rbx -mabi=ms
""")
    run_matrix(tmp / "out", "--cc", f"{gcc},{bad}", "--cases", write(tmp / "c.h", CASES),
               "--abi", "sysv,cdecl,fastcall", status=1)
    return tmp / "out"


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with driven(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


class Page:
    def __init__(self, browser, folder):
        self.b, self.folder = browser, folder
        self.matrix = program.load(folder)

    def open(self, fragment="", width=1400, dark=False):
        self.b.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": width < 600})
        self.b.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
        self.b.get("about:blank")
        self.b.get_log("browser"), self.b.get_log("performance")
        self.b.get(f"file://{self.folder}/report.html{fragment}")
        self.becomes(lambda: self.b.execute_script(
            "return 'ready' in document.documentElement.dataset"))
        return self

    def there(self, css):
        return self.b.find_elements(By.CSS_SELECTOR, css)

    def all(self, css):
        """Once there is one: a view that was just opened fills in its own time."""
        return WebDriverWait(self.b, 10).until(lambda b: self.there(css), css)

    def one(self, css):
        return WebDriverWait(self.b, 10).until(
            lambda b: next((e for e in self.there(css) if e.is_displayed()), None), css)

    def text(self, css):
        """Of the first that is shown, at one instant."""
        return WebDriverWait(self.b, 10).until(lambda b: b.execute_script(
            "return Array.from(document.querySelectorAll(arguments[0]))"
            ".filter(e => e.offsetParent).map(e => e.innerText).find(t => t)", css), css)

    def choose(self, key, value):
        Select(self.one(f"#filter-{key}")).select_by_value(value)

    def texts(self, css):
        """The texts as the page shows them at one instant, once there is one: a page that is being
        filtered replaces its elements, and one read after the other they may be gone."""
        return WebDriverWait(self.b, 10).until(lambda b: b.execute_script(
            "return Array.from(document.querySelectorAll(arguments[0]), e => e.innerText.trim())", css),
            css)

    def labels(self):
        return self.texts("#matrix tbody th")

    def becomes(self, holds):
        """Waits, for the page filters in its own time."""
        WebDriverWait(self.b, 10).until(lambda b: holds())

    def shot(self, name):
        if os.environ.get("HTML_SHOTS"):
            self.b.save_screenshot(os.path.join(os.environ["HTML_SHOTS"], name + ".png"))


@pytest.fixture
def page(browser, folder):
    page = Page(browser, folder).open()
    yield page
    assert page.b.get_log("browser") == [], "the page complained on the console"
    asked = [json.loads(e["message"])["message"] for e in page.b.get_log("performance")]
    urls = {m["params"]["request"]["url"] for m in asked
            if m["method"] == "Network.requestWillBeSent"}
    assert {u for u in urls if not u.startswith(("file://", "about:"))} == set()


def test_file_stands_alone(folder):
    html = (folder / "report.html").read_text()
    assert html.startswith("<!DOCTYPE html>")
    assert re.search(r"""(src|href)=["']?(https?:)?//""", html) is None
    assert html.count("</script>") == 2  # nothing of the data ends its element
    assert not re.search(r"@(STYLE|DATA|SCRIPT)@", html)


def test_matrix_shows_every_cell(page):
    shown = {(int(r), int(b.get_attribute("data-column")))
             for b in page.all("#matrix button")
             for r in b.get_attribute("data-row").split(",")}
    rows, columns = list(page.matrix.rows), list(page.matrix.columns)
    assert {(rows[r], columns[c]) for r, c in shown} == set(page.matrix.cells)
    assert "FAIL" in page.text("#result") and "calls checked" in page.text("#result")
    page.shot("matrix")


@pytest.mark.parametrize("key,value,labels", [
    ("convention", "cdecl", {"cdecl callee", "cdecl caller"}),
    ("direction", "caller", {"sysv caller", "cdecl caller", "fastcall caller"}),
    ("width", "32", {"cdecl callee", "cdecl caller", "fastcall callee", "fastcall caller"}),
])
def test_filter_rows(page, key, value, labels):
    assert set(page.labels()) > labels
    page.choose(key, value)
    page.becomes(lambda: set(page.labels()) == labels)
    page.one("button[type=reset]").click()
    page.becomes(lambda: set(page.labels()) > labels)


def test_filter_columns_verdicts_and_groups(page, gcc):
    page.choose("compiler", "bad")
    page.choose("opt", "O2")
    page.becomes(lambda: set(page.texts("#matrix thead tr:first-child th[scope=colgroup]")) ==
                 {"bad"} and set(page.texts("#matrix thead tr:last-child th")) - {""} == {"O2"})
    page.choose("verdict", "violation")
    assert all("sysv" in x or "cdecl" in x or "fastcall" in x for x in page.labels())
    page.choose("verdict", "timeout")
    page.becomes(lambda: "Nothing fits" in page.texts("#matrix")[0])
    page.choose("verdict", "unexpected")
    page.becomes(lambda: page.there("#matrix td:not(.faint) button.v-violation"))
    page.choose("verdict", "")
    page.one("#filter-groups").click()
    page.becomes(lambda: "never" in page.labels())


def open_bad_cell(page):
    bad = next(b for b in page.all("#matrix button.v-violation, #matrix button.v-crash")
               if "sysv callee, bad" in b.get_attribute("aria-label"))
    bad.click()
    return page.one("#cell h2")


def test_cell_opens_its_cases(page):
    assert "sysv as callee, bad -m64" in open_bad_cell(page).text
    column = next(c["id"] for c in page.matrix.data["columns"]
                  if c["name"] in page.text("#cell h2"))
    shown = page.texts("#cell button.row")
    found = page.matrix.select(column=column, direction="callee", convention="sysv")
    assert len(shown) == len(found) > 0
    for f in found:
        assert any(f["case"] in s and f["subject"] in s and f["expected"] in s and f["observed"] in s
                   for s in shown)
    assert page.all("#cell details li")  # the others


def test_finding_shows_everything(page):
    open_bad_cell(page)
    row = next(e for e in page.all("#cell button.row") if "sysv/some/plain" in e.text or
               "sysv/c/plain" in e.text)
    row.click()
    text = page.text("#finding")
    assert "int plain(int a, long b" in text
    assert re.search(r"rule\s+sysv\.\S+ \(stated\): \S", text)
    assert "clobber run --cc " in text and "--cases " in text
    assert "Generated trampoline" in text and "call\ttarget_" in text.replace("  ", "\t") or \
        "target_" in text
    assert page.all("#finding svg.picture rect.expected")
    assert page.all("#finding pre mark")
    page.shot("finding")
    command = page.text("#finding .command pre")
    assert command in {f["repro"] for f in page.matrix.findings}
    page.b.back()
    WebDriverWait(page.b, 5).until(lambda b: not page.there("#finding")[0].is_displayed())


def address(matrix, view, **more) -> str:
    """Of the first finding: names, so that it is good for the next run's page, too."""
    f = next(f for f in matrix.findings if f["verdict"] == "violation")
    width = matrix.columns[f["column"]]["width"]
    key = f"{f['case']} {width} {f['direction']} {f['check']} {f['subject']}"
    return "#" + urlencode({"view": view, "finding": key, "column": f["column"], **more})


def test_address_opens_a_finding(page):
    page.open(address(page.matrix, "findings"))
    assert page.text("#finding h2")
    page.open("#view=matrix&cell=sysv/64/callee&column=" + quote(next(iter(page.matrix.columns))))
    assert "sysv as callee" in page.text("#cell h2")
    page.open("#view=nonsense&finding=999999&cell=77777.x&column=-4")
    assert page.one("#view-matrix")
    assert not page.all("#finding")[0].is_displayed()


def test_facts(page):
    page.one("#tab-findings").click()
    for summary in page.all("#view-findings details:not([open]) summary"):
        summary.click()
    text = page.text("#view-findings")
    assert "known <i>for a reason</i>" in text
    assert "no longer shows the known finding of sysv/c/vanished" in text
    for i in range(min(5, len(page.texts("#view-findings button.row")))):
        page.b.execute_script("document.querySelectorAll('#view-findings button.row')"
                              "[arguments[0]].click()", i)
        assert page.text("#finding h2")
    page.shot("facts")


def test_causes_are_numbered_and_folded(page):
    page.one("#tab-findings").click()
    shown = page.texts("#facts-cause button.row")
    assert shown and [s.split(".")[0] for s in shown] == [str(i + 1) for i in range(len(shown))]
    assert all(re.search(r"\d+ cases?, \d+ findings?; bad ", s) for s in shown)
    assert page.all("#facts-cause[open]") and page.all("#facts-known:not([open])")


def test_cells_say_conformance(page):
    texts = set(page.texts("#matrix td > button"))
    assert all(re.fullmatch(r"ok( k)?|FAIL \d+|died \d+|-|n/r", t) for t in texts), texts
    assert any(t.startswith("FAIL") for t in texts) and "ok" in texts
    for b in page.all("#matrix td > button"):
        assert b.get_attribute("aria-label").startswith(b.text + ": ")
    assert {c.text for c in page.all("#matrix caption")} >= {"-m64"}


def test_matrix_is_one_stop(page):
    """Tab reaches one cell, arrows the others; the next tab leaves the matrix."""
    assert len(page.all("#matrix button[tabindex='0']")) == 1
    first = page.all("#matrix tbody tr:first-child td > button")[0]
    page.b.execute_script("arguments[0].focus()", first)
    seen = [page.b.switch_to.active_element]
    for key in (Keys.ARROW_RIGHT, Keys.ARROW_DOWN, Keys.ARROW_LEFT, Keys.ARROW_UP):
        page.b.switch_to.active_element.send_keys(key)
        seen.append(page.b.switch_to.active_element)
    assert seen[4] == seen[0] and len(set(seen)) == 4
    assert len(page.all("#matrix button[tabindex='0']")) == 1
    page.b.switch_to.active_element.send_keys(Keys.TAB)
    assert not page.b.execute_script("return document.activeElement.closest('#matrix')")


def test_only_what_there_is(tmp_path, browser, gcc):
    """One compiler, no claims: neither Versions nor Claims."""
    run_matrix(tmp_path / "out", "--cc", gcc, "--cases", write(tmp_path / "c.h", "int f(int a);\n"),
               "--abi", "sysv", "--width", "64", status=0)
    page = Page(browser, tmp_path / "out").open()
    assert [e.text for e in page.all("nav button") if e.is_displayed()] == ["Matrix", "Findings", "This run"]
    page.open("#view=claims")
    assert page.one("#view-matrix")


def test_versions(page, gcc):
    page.one("#tab-versions").click()
    assert page.all("#view-versions td.changed")
    assert re.search(r"\d+ (new|gone)", page.text("#view-versions"))
    # Each width in the places where it ran, which may be others at the next.
    for width in ("32", "64"):
        Select(page.one("#versions-width")).select_by_value(width)
        assert page.all("#view-versions td.changed")
        ran = {c["place"] for c in page.matrix.data["columns"] if str(c["width"]) == width}
        assert {x.split(", ")[1] for x in page.texts("#versions-rest option")} == ran
    page.shot("versions")


def test_this_run(page):
    page.one("#tab-run").click()
    text = page.text("#view-run")
    assert page.matrix.data["tool"]["command"] in text
    assert all(c["text_hash"] in text for c in page.matrix.data["columns"] if c["text_hash"])


def test_keyboard(page):
    tab = page.one("#tab-matrix")
    tab.send_keys(Keys.ARROW_RIGHT)
    assert page.one("#view-findings")
    assert page.b.switch_to.active_element.get_attribute("id") == "tab-findings"
    page.b.switch_to.active_element.send_keys(Keys.ARROW_LEFT)
    button = next(b for b in page.all("#matrix button.v-violation, #matrix button.v-crash"))
    page.b.execute_script("arguments[0].focus()", button)
    page.b.switch_to.active_element.send_keys(Keys.ENTER)
    assert page.one("#cell h2") == page.b.switch_to.active_element
    page.b.switch_to.active_element.send_keys(Keys.TAB)
    page.b.switch_to.active_element.send_keys(Keys.ENTER)
    assert page.one("#finding h2") == page.b.switch_to.active_element


@pytest.mark.parametrize("width", (1400, 360))
@pytest.mark.parametrize("dark", (False, True), ids=("light", "dark"))
def test_fits_and_is_readable(page, width, dark):
    """No sideways scrolling but inside of tables; text stands out from its ground."""
    for view in ("matrix", "findings", "versions", "run"):
        page.open(address(page.matrix, view), width, dark)
        page.one("#finding h2")
        assert page.b.execute_script("return document.documentElement.scrollWidth") <= width
        page.shot(f"{view}-{width}-{'dark' if dark else 'light'}")
    low = page.b.execute_script("""
        const light = c => {
            const v = c.match(/[\\d.]+/g).slice(0, 3).map(x => x / 255)
                .map(x => x <= .03928 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4);
            return .2126 * v[0] + .7152 * v[1] + .0722 * v[2];
        };
        const ground = e => {
            for (; e; e = e.parentElement) {
                const c = getComputedStyle(e).backgroundColor;
                if (!/, 0\\)$|transparent/.test(c)) return c;
            }
            return "rgb(255, 255, 255)";
        };
        const low = [];
        for (const e of document.querySelectorAll("button, p, dd, dt, th, h2, li, code, pre, .chip")) {
            if (!e.offsetParent || !e.textContent.trim()) continue;
            const a = light(getComputedStyle(e).color), b = light(ground(e));
            const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
            if (ratio < 4.5) low.push(e.tagName + "." + e.className + " " + ratio.toFixed(2));
        }
        return low;""")
    assert low == []


def test_prints(page):
    page.open(address(page.matrix, "matrix"))
    page.b.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert not page.one("main").find_elements(By.CSS_SELECTOR, "#filters")[0].is_displayed()
    page.one("#finding h2")
    page.b.execute_script("scrollTo(0, 0)")
    page.shot("print")
    page.b.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
