"""A browser for tests: the system's Chromium, else Debian's, else Playwright's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from superset_assets import browsing

FONTS = "fonts-noto-cjk"


@cache
def chromium() -> str | None:
    """The path of a browser; None for the one that Playwright downloaded.

    Fails, saying what to install, where none can be had.
    """
    if path := browsing.chromium():
        return path
    tried = []
    if shutil.which("apt-get") and os.geteuid() == 0:
        install = ["apt-get", "install", "--yes", "--quiet", "chromium", FONTS]
        tried.append(_run(["apt-get", "update", "--quiet"]) or _run(install))
        if path := browsing.chromium():
            return path
    tried.append(_run([sys.executable, "-m", "playwright", "install", "chromium"]))
    if not tried[-1]:
        return None
    raise AssertionError(
        "No browser for the tests of the screens. Install Chromium and a Chinese font, on Debian "
        f"`apt-get install chromium {FONTS}`, or name one in CIVIC_CHROMIUM. "
        f"Tried: {' | '.join(tried)}"
    )


@contextmanager
def browser() -> Iterator[Any]:
    """A browser, closed after the block."""
    with browsing.browser(chromium()) as opened:
        yield opened


def _run(command: list[str]) -> str:
    """Nothing where it went well, else the end of what it said."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return "" if done.returncode == 0 else (done.stderr or done.stdout).strip()[-200:]
