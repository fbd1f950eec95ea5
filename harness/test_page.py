# SPDX-License-Identifier: MIT
"""The page (`make page'): the same oracle as the program, in a real browser. PAGE_SHOTS=DIR keeps screenshots."""
import html
import json
import os
import re
import subprocess
from pathlib import Path
from urllib.parse import urlencode

import pytest

import browser
import program

VMREAD = "void vmread_error(unsigned long field, _Bool fault)"
# Runs the questions, shows each answer, and leaves what was answered and what was shown.
ASK = """<script type="module">
while (!globalThis.clobber) await new Promise((f) => setTimeout(f, 10));
const out = JSON.parse(document.getElementById("asked").textContent).map((q) => {
	const answer = clobber.ask(q), room = document.createElement("div");
	const rows = answer.filter(([kind]) => ["row", "why", "change"].includes(kind)).map(([, ...cells]) => cells);

	clobber.show(answer, room);
	return { answer, shown: rows.length === 0 || JSON.stringify(rows) === JSON.stringify(
		[...room.querySelectorAll("tbody tr")].filter((r) => r.cells.length > 1).map((r) => [...r.cells].map((c) => c.textContent))) };
});
const pre = document.createElement("pre");
pre.id = "answered";
pre.textContent = JSON.stringify(out);
document.body.append(pre);
</script>"""


@pytest.fixture(scope="session")
def page() -> Path:
    build = program.PROGRAM.parent
    known = subprocess.run(["ninja", "-C", build, "-t", "query", "explain.html"], capture_output=True)
    if known.returncode:
        pytest.skip("not-run: clang or wasm-ld absent, or not a build folder")
    subprocess.run(["ninja", "-C", build, "explain.html"], check=True, capture_output=True)
    return build / "explain.html"


def asked(page: Path, tmp: Path, questions: list[dict]) -> list[list[list[str]]]:
    """The records of each answer."""
    data = json.dumps(questions).replace("<", "\\u003c")
    copy = tmp / "asked.html"
    copy.write_text(page.read_text().replace(
        "</body>", f'<script type="application/json" id="asked">{data}</script>{ASK}</body>'))
    found = re.search(r'<pre id="answered">(.*?)</pre>', browser.dom(copy.as_uri()), re.S)
    assert found, "the page answered nothing"
    answers = json.loads(html.unescape(found[1]))
    assert [q for q, a in zip(questions, answers) if not a["shown"]] == []
    return [a["answer"] for a in answers]


def said(answer: list[list[str]], kind: str) -> list[str]:
    return [r[1] for r in answer if r[0] == kind]


def full(answer: list[list[str]]) -> str:
    """As `explain -v' prints it."""
    return "".join(r[1] + ("\n\n" if r[0] == "prototype" else "") for r in answer if r[0] in ("prototype", "full"))


# Every case and every input of the oracle's tests, under each way to ask.
WAYS = [{}, {"abi": "sysv", "vs": "ms"}, {"width": "32", "edition": "2019"}, {"vs": "kernel"}, {"profile": "avx"},
        {"abi": "regparm3,fastcall", "width": "32", "vs": "int f(char a, float b, long long c)"}]


def test_every_case_is_answered_as_by_the_program(page, tmp_path):
    files = sorted((program.ROOT / "cases").rglob("*.h")) + sorted((program.HARNESS / "inputs/oracle").glob("*.h"))
    assert len(files) > 30
    texts = [f.read_text() for f in files]
    answers = asked(page, tmp_path, [{"p": t, **w} for w in WAYS for t in texts])
    same = 0
    for i, answer in enumerate(answers):
        way, file = WAYS[i // len(files)], files[i % len(files)]
        options = [w for k, v in way.items() for w in (f"--{k}", v)]
        r = program.run(["explain", *options, file])
        if r.status:
            # The page goes on behind a prototype that has no answer.
            assert re.sub(r"^clobber: explain: ", "", r.stderr).strip() in said(answer, "error"), (file, way, r.stderr)
            continue
        if len(said(answer, "prototype")) > 1 or not said(answer, "error"):
            assert "".join(said(answer, "text")) == r.stdout, (file, way)
            same += len(said(answer, "text"))
        else:
            pytest.fail(f"{file} {way}: {answer}")
        if not way:
            assert full(answer) == program.run(["explain", "-v", file]).stdout, file
    assert same > 5000


WRONG = (
    "int f(int a", "int f(unknown_t a)", "", "int a;", "int f(void) int g(void)", "int f(int a[-1]);", "f",
    "int f(int __attribute__((aligned(3))) a)", "void f(struct s { struct s x; } a)", "int f(" + "int (*" * 500, "\x01\xff",
    "int f(int a[99999999999999999999])", "int f(char a[1 << 62][1 << 62])", "enum e { A = 1 }; int f(enum e a, int b[A / 0])",
    "int f(int (*)[0x7fffffffffffffff * 3])", "int f(int (*)[0x7fffffff * 0x7fffffff])")


def test_errors_are_the_program_s(page, tmp_path):
    answers = asked(page, tmp_path, [q for text in WRONG for q in ({"p": text}, {"p": "int f(int a)"})])
    after = program.run(["explain", "int f(int a)"]).stdout
    for text, answer, good in zip(WRONG, answers[::2], answers[1::2]):
        r = program.run(["explain", text])
        assert (said(answer, "error") == [r.stderr.rstrip("\n")]) if r.status else said(answer, "text") == [r.stdout], text
        assert said(good, "text") == [after], text


def test_bad_choices(page, tmp_path):
    wrong = [{"abi": "sysvv"}, {"width": "16"}, {"profile": "avx9"}, {"edition": "1999"}, {"abi": "cdecl", "width": "64"},
             {"vs": "int g(int"}]
    got = [said(a, "error") for a in asked(page, tmp_path, [{"p": VMREAD, **w} for w in wrong])]
    assert got[:5] == [["unknown convention 'sysvv'"], ["unknown width '16': use 32, 64 or 32,64"], ["unknown profile 'avx9'"],
                       ["unknown edition '1999'"], ["cdecl exists at 32 bit only"]]
    assert "<prototype>:1:10: error: " in got[5][0]


def rows(dom: str) -> list[list[str]]:
    body = dom[dom.index('id="answer"'):dom.index("<noscript")]
    return [[html.unescape(re.sub("<[^>]*>", "", c)) for c in re.findall(r"<t[hd][^>]*>.*?</t[hd]>", r)]
            for r in re.findall(r"<tr>.*?</tr>", body)]


def test_address_is_the_question(page):
    got = rows(browser.dom(f"{page.as_uri()}#{urlencode({'p': VMREAD, 'abi': 'kernel', 'width': '32', 'vs': 'asmlinkage'})}"))
    assert got == [["", "from", "to"], ["field", "eax", "esp+0"], ["fault", "dl", "esp+4"],
                   ["stack bytes", "0", "8, caller pops"]]
    got = rows(browser.dom(f"{page.as_uri()}#{urlencode({'p': VMREAD, 'abi': 'sysv,ms'})}"))
    assert got == [["", "field", "fault", "returns", "stack bytes"], ["sysv", "rdi", "sil", "nothing", "0"],
                   ["ms", "rcx", "dl", "nothing", "32, caller pops"]]


def test_page_stands_alone(page):
    text = page.read_text()
    assert re.search(r"""(src|href)=["']?(https?:)?//""", text) is None
    assert not re.search(r"^@\w+@$|@VERSION@", text, re.M) and len(text) < 300_000
    # A policy that lets it ask nothing.
    assert "default-src 'none'" in text


def test_build_is_the_same_twice(page, tmp_path):
    command = subprocess.run(["ninja", "-C", page.parent, "-t", "commands", "explain.html"], capture_output=True, text=True,
                             check=True).stdout.splitlines()[-1]
    out = tmp_path / "again.html"
    subprocess.run(command.replace(" explain.html explain.html.d ", f" {out} {out}.d "), shell=True, check=True, cwd=page.parent)
    assert out.read_bytes() == page.read_bytes()


@pytest.fixture(scope="module")
def driven(page, tmp_path_factory):
    with browser.driven(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


def show(driver, page, question, width, dark=False):
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600})
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
        {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
    driver.get("about:blank")
    driver.get(f"{page.as_uri()}#{urlencode(question)}")
    wait(driver, "return document.querySelectorAll('#answer > *').length > 0")


def wait(driver, script):
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(driver, 10).until(lambda d: d.execute_script(script), script)


def shot(driver, name):
    if os.environ.get("PAGE_SHOTS"):
        driver.save_screenshot(os.path.join(os.environ["PAGE_SHOTS"], name + ".png"))


QUESTIONS = {"vs": {"p": VMREAD, "abi": "kernel", "vs": "asmlinkage"},
             "all": {"p": "double f(struct { double d; long l; } s, long long n, __m128 v, ...)"},
             "error": {"p": "int f(intt a)"}}


@pytest.mark.parametrize("width", (1300, 360))
@pytest.mark.parametrize("dark", (False, True))
def test_fits_and_complains_about_nothing(driven, page, width, dark):
    for name, question in QUESTIONS.items():
        show(driven, page, question, width, dark)
        shot(driven, f"{name}-{width}{'-dark' if dark else ''}")
        assert driven.execute_script("return document.documentElement.scrollWidth <= innerWidth"), name
        ground = driven.execute_script("return getComputedStyle(document.body).backgroundColor")
        assert ground == ("rgb(22, 24, 28)" if dark else "rgb(255, 255, 255)")
    assert driven.get_log("browser") == []


def test_keyboard(driven, page):
    from selenium.webdriver.common.keys import Keys

    def press(*keys):
        driven.switch_to.active_element.send_keys(*keys)

    show(driven, page, {"p": "int f(int a)"}, 1300)
    press(Keys.TAB)
    assert driven.switch_to.active_element.get_attribute("id") == "p"
    press(Keys.CONTROL, "a")
    press("long g(char c)")
    wait(driven, "return document.querySelector('h2').textContent === 'long g(char c)'")
    assert "p=long+g%28char+c%29" in driven.current_url
    press(Keys.TAB)
    press("ms")
    wait(driven, "return document.querySelector('caption').textContent === '64 bit, sysv -> ms'")
    press(Keys.TAB)
    assert driven.switch_to.active_element.get_attribute("id") == "abi"
    press("ms")
    wait(driven, "return location.hash.includes('abi=ms')")
    driven.back()
    assert driven.get_log("browser") == []
