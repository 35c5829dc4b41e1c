"""Pages in a real browser: headless Chromium, where the system has one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from attrs import field, frozen
from playwright.sync_api import Browser, Page, sync_playwright

__all__ = ["Opened", "launched", "opened", "opened_in"]

_NAMES = ("chromium", "chromium-browser", "google-chrome")


@frozen
class Opened:
    """A page in the browser, the addresses that were asked for, and what the browser had to say about it."""

    page: Page
    requests: list[str] = field(factory=list)
    complaints: list[str] = field(factory=list)

    @property
    def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        width: int = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        return width


@contextmanager
def launched() -> Iterator[Browser]:
    """The browser; without one the test is skipped."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        pytest.skip("no Chromium on this machine; Debian: apt-get install chromium")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


def opened_in(browser: Browser, url: str, *, width: int = 1100, height: int = 900, scheme: str = "light") -> Opened:
    """A page in a window of its own."""
    settings: dict[str, Any] = {"viewport": {"width": width, "height": height}, "color_scheme": scheme}
    found = Opened(browser.new_context(**settings).new_page())
    found.page.on("request", lambda request: found.requests.append(request.url))
    found.page.on("console", lambda message: found.complaints.append(message.text))
    found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
    found.page.goto(url)
    return found


@contextmanager
def opened(path: Path, *, width: int = 1100, scheme: str = "light") -> Iterator[Opened]:
    """A file in a browser of its own."""
    with launched() as browser:
        yield opened_in(browser, path.as_uri(), width=width, scheme=scheme)
