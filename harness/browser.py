# SPDX-License-Identifier: MIT
"""A real browser, headless: Debian's Chromium, by itself or driven by Selenium."""
import contextlib
import shutil
import subprocess
import tempfile

import pytest

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync")


def dom(url: str, *flags: str) -> str:
    """The page as it is once its scripts have done their work."""
    if not CHROMIUM:
        pytest.skip("not-run: chromium absent")
    with tempfile.TemporaryDirectory() as profile:
        r = subprocess.run([CHROMIUM, *FLAGS, *flags, f"--user-data-dir={profile}", "--virtual-time-budget=60000",
                            "--dump-dom", url], capture_output=True, text=True, timeout=300)
    assert r.returncode == 0, r.stderr
    return r.stdout


@contextlib.contextmanager
def driven(profile):
    """A browser that Selenium drives; its console and its requests are kept."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="not-run: selenium absent")
    from selenium.webdriver.chrome.service import Service

    if not CHROMIUM or not DRIVER:
        pytest.skip("not-run: chromium or chromedriver absent")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(service=Service(DRIVER), options=options)
    try:
        yield driver
    finally:
        driver.quit()
