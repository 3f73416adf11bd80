"""A real browser for tests: Chromium as the system installed it, driven by playwright, without a window."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# Chromium refuses its sandbox to root, and calls its maker's servers unless told not to.
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class NoBrowser(Exception):
    """There is no Chromium on this machine."""


def find_browser() -> str:
    """The path of Chromium's program."""
    for name in ("/usr/bin/chromium", *NAMES):
        path = shutil.which(name)
        if path:
            return path
    raise NoBrowser("No Chromium was found: install Debian's package chromium and run this again.")


@contextlib.contextmanager
def running_browser() -> Iterator[Browser]:
    """Chromium for the length of a `with` block; its settings go to a temporary home, not to the user's."""
    program = find_browser()
    with tempfile.TemporaryDirectory(prefix="crossdock-browser-") as home, sync_playwright() as playwright:
        environ: dict[str, str | float | bool] = {**os.environ, "HOME": home, "XDG_CONFIG_HOME": home}
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS, env=environ)
        try:
            yield browser
        finally:
            browser.close()
