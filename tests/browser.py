"""Pages in a real browser: headless Chromium, where the system has one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from attrs import field, frozen
from playwright.sync_api import Page, sync_playwright

__all__ = ["Opened", "opened"]

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
def opened(path: Path, *, width: int = 1100, scheme: str = "light") -> Iterator[Opened]:
    """A file in a window of its own."""
    browser = next(filter(None, map(shutil.which, _NAMES)), None)
    if browser is None:
        pytest.skip("no Chromium on this machine; Debian: apt-get install chromium")
    with sync_playwright() as play:
        running = play.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        context = running.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
        found = Opened(context.new_page())
        found.page.on("request", lambda request: found.requests.append(request.url))
        found.page.on("console", lambda message: found.complaints.append(message.text))
        found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
        found.page.goto(path.as_uri())
        yield found
        running.close()
