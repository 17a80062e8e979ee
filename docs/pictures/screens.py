"""Pictures of every dashboard in both languages: `python docs/pictures/screens.py [DASHBOARD…]`.

Needs a demo's home (CIVIC_HOME, or var/demo), `make screens`, and Chromium with a Chinese font.
Writes screens/<dashboard>.<language>.png.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

import yaml
from PIL import Image
from playwright.sync_api import sync_playwright

from civic.services import free_port
from civic.settings import load_settings
from superset_assets import running
from superset_assets.keys import folder

HERE = Path(__file__).parent / "screens"
SWITCHES = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
WIDTH, HEIGHT, COLOURS = 1280, 4200, 96
SETTLED = """n => n <=
    document.querySelectorAll('.dashboard-component-chart-holder .chart-container').length
  && !document.querySelector('[data-test="loading-indicator"], .loading')"""


def main() -> None:
    """Draw the dashboards that are named, all of them if none is."""
    os.environ.setdefault("CIVIC_HOME", "var/demo")
    settings = load_settings()
    running.refresh(settings)
    HERE.mkdir(exist_ok=True)
    port = free_port()
    with running.services(settings, port) as started, sync_playwright() as playwright:
        running.wait_until_ready(started, port)
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=SWITCHES
        )
        address = f"http://127.0.0.1:{port}"
        for language in ("zh", "en"):
            page = _log_in(browser, address, running.accounts(settings)["leader"], language)
            for path in sorted(
                (folder(settings) / "bundle" / "dashboards").glob(f"*-{language}.yaml")
            ):
                name = path.stem.removesuffix(f"-{language}")
                if len(sys.argv) < 2 or name in sys.argv[1:]:
                    _draw(page, address, path, HERE / f"{name}.{language}.png")
        browser.close()


def _log_in(browser: Any, address: str, secret: str, language: str) -> Any:
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    page.goto(f"{address}/login/")
    page.wait_for_selector("input[type=password]")
    page.locator("input:visible").nth(0).fill("leader")
    page.locator("input[type=password]").fill(secret)
    page.locator("button[type=submit]").click()
    page.wait_for_url("**/superset/dashboard/**")
    page.goto(f"{address}/civic/language/{language}?to=overview-{language}", wait_until="commit")
    return page


def _draw(page: Any, address: str, path: Path, target: Path) -> None:
    stated = yaml.safe_load(path.read_text("utf-8"))
    charts = [
        c for c in stated["position"].values() if isinstance(c, dict) and c["type"] == "CHART"
    ]
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    page.goto(f"{address}/superset/dashboard/{path.stem}/", wait_until="domcontentloaded")
    page.wait_for_function(SETTLED, arg=len(charts), timeout=120_000)
    page.wait_for_load_state("networkidle")
    last = page.locator(".dashboard-component-chart-holder").last.bounding_box()
    page.wait_for_timeout(4000)
    page.screenshot(
        path=target,
        clip={"x": 0, "y": 0, "width": WIDTH, "height": last["y"] + last["height"] + 24},
    )
    # A picture of a page has few colours: the file is a third of what it was, and looks the same.
    with Image.open(target) as picture:
        picture.convert("RGB").quantize(COLOURS).save(target, optimize=True)
    print(target.relative_to(HERE.parent), f"{target.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
