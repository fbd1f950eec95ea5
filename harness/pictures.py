# SPDX-License-Identifier: MIT
"""`make pictures`: the pictures of docs/images, from a run of gcc-12, clang-14 and a gcc-12 that forgets rbx, and of the page."""
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlencode

import browser
import program

IMAGES = program.ROOT / "docs/images"


def take(driver, name: str, url: str, then: str = "", height: int = 900):
    from selenium.webdriver.support.ui import WebDriverWait

    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": 900, "height": height, "deviceScaleFactor": 1, "mobile": False})
    driver.get("about:blank")
    driver.get(url)
    WebDriverWait(driver, 20).until(lambda d: d.execute_script(
        "return 'ready' in document.documentElement.dataset || document.querySelector('#answer table') !== null"))
    driver.execute_script(then)
    driver.execute_script("return new Promise(f => requestAnimationFrame(() => requestAnimationFrame(f)))")
    driver.save_screenshot(str(IMAGES / name))
    print(f"docs/images/{name}")


def finding(matrix) -> str:
    """The address of a violation whose code is kept."""
    f = next(f for e in matrix.data["examples"] for f in [matrix.findings[e["finding"]]]
             if f["verdict"] == "violation" and not f["known"])
    key = f"{f['case']} {matrix.columns[f['column']]['width']} {f['direction']} {f['check']} {f['subject']}"
    return "#" + urlencode({"view": "findings", "finding": key, "column": f["column"]})


def main():
    with tempfile.TemporaryDirectory() as folder:
        tmp = Path(folder)
        program.script(tmp / "my-cc", f'exec {program.compilers()["gcc-12"]["path"]} "$@" -fcall-used-rbx\n')
        r = program.run(["run", "--cc", "gcc-12,clang-14,./my-cc", "--opt", "O2", "--cases", program.ROOT / "cases/scalar",
                         "--profile", "user", "--cover", "--place", "native", "--out", "out"], cwd=tmp, seconds=1200)
        if r.status != 1:
            sys.exit(r.stderr or "the broken compiler was not found")
        report = (tmp / "out/report.html").as_uri()
        build = program.PROGRAM.parent
        subprocess.run(["ninja", "-C", build, "--quiet", "explain.html"], check=True)
        with browser.driven(tmp / "profile") as driver:
            take(driver, "matrix.png", report)
            take(driver, "finding.png", report + finding(program.load(tmp / "out")),
                 "document.querySelector('#finding').scrollIntoView()")
            take(driver, "explain.png", (build / "explain.html").as_uri() + "#" + urlencode(
                {"p": "double f(struct { double d; long l; } s, long long n)"}), height=800)


if __name__ == "__main__":
    main()
