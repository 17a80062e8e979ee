"""A browser without a window, in which dashboards are opened as somebody sees them.

Belongs here: finding Chromium, opening a dashboard, waiting until it is drawn. Does not belong
here: what is made of the picture (``pictures``).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import yaml

from civic.errors import CivicError
from civic.services import HOST, free_port
from civic.settings import Settings
from superset_assets import running
from superset_assets.keys import folder

CHROMIUM = "CIVIC_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SWITCHES = (
    *("--no-sandbox", "--ignore-gpu-blocklist"),
    # Maps are drawn with WebGL, which a machine without a graphics card does by software.
    *("--use-angle=swiftshader", "--enable-unsafe-swiftshader"),
)
WIDTH, HEIGHT = 1280, 4200
PATIENCE = 120_000
"""Milliseconds that a dashboard may take to be drawn."""
_SETTLED = """n => n <=
    document.querySelectorAll('.dashboard-component-chart-holder .chart-container').length
  && !document.querySelector('[data-test="loading-indicator"], .loading')"""
_MAPS_TAKE = 4000
"""Milliseconds in which maps and moving charts come to rest: nothing says when they have."""


def chromium() -> str | None:
    """The path of the system's Chromium; None where there is none."""
    named = os.environ.get(CHROMIUM)
    return named or next((path for name in NAMES if (path := shutil.which(name))), None)


@contextmanager
def browser(path: str | None = None) -> Iterator[Any]:
    """A browser, closed after the block. Raises CivicError where there is none.

    ``path``: of the browser, the system's Chromium if not given.
    """
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        try:
            opened = playwright.chromium.launch(
                executable_path=path or chromium(), args=list(SWITCHES)
            )
        except Error as error:
            raise CivicError(
                "There is no browser to draw dashboards with.",
                f"Install chromium and fonts-noto-cjk, or name a browser in {CHROMIUM}.",
                zh="没有可用于绘制看板的浏览器。",
                remedy_zh=f"请安装 chromium 与 fonts-noto-cjk，或用 {CHROMIUM} 指定浏览器。",
            ) from error
        try:
            yield opened
        finally:
            opened.close()


@contextmanager
def screens(settings: Settings) -> Iterator[str]:
    """Superset with the current publication, on a free port, for the block; its address."""
    running.refresh(settings)
    port = free_port()
    with running.services(settings, port) as started:
        running.wait_until_ready(started, port)
        yield f"http://{HOST}:{port}"


def logged_in(opened: Any, settings: Settings, address: str, account: str, scale: float = 1) -> Any:
    """A page on which an account is logged in. Raises CivicError where there is no such account."""
    cookies = running.ask_server(settings, ["session", account])
    context = opened.new_context(
        viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=scale
    )
    context.add_cookies([{"name": n, "value": v, "url": address} for n, v in cookies.items()])
    return context.new_page()


def dashboards(settings: Settings) -> list[str]:
    """The names of the dashboards that are loaded."""
    found = (folder(settings) / "bundle" / "dashboards").glob("*-zh.yaml")
    return sorted(path.stem.removesuffix("-zh") for path in found)


def open_dashboard(
    page: Any, settings: Settings, address: str, name: str, language: str, place: str | None = None
) -> None:
    """Open a dashboard and wait until all of it is drawn.

    Raises CivicError where there is no such dashboard, where it is not for whoever is logged in, or
    where a chart of it shows an error.
    """
    known = dashboards(settings)
    if name not in known:
        raise CivicError(
            f"There is no dashboard {name}.",
            f"There are: {', '.join(known)}.",
            zh=f"没有看板 {name}。",
            remedy_zh=f"可选：{', '.join(known)}。",
        )
    slug = f"{name}-{language}"
    stated = yaml.safe_load(
        (folder(settings) / "bundle" / "dashboards" / f"{slug}.yaml").read_text("utf-8")
    )
    charts = sum(_is_chart(one) for one in stated["position"].values())
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    # The language is the session's; the dashboard that this leads to is opened again below.
    page.goto(f"{address}/civic/language/{language}?to={slug}", wait_until="commit")
    if not page.context.request.get(f"{address}/api/v1/dashboard/{slug}").ok:
        raise CivicError(
            f"The dashboard {name} is not for that account.",
            "Who sees what: docs/screens.md.",
            zh=f"该账号无权查看看板 {name}。",
            remedy_zh="权限说明见 docs/screens.md。",
        )
    page.goto(
        f"{address}/superset/dashboard/{slug}/{_chosen(place)}", wait_until="domcontentloaded"
    )
    _wait_until_drawn(page, name, charts)
    if (height := height_of(page)) > HEIGHT:
        page.set_viewport_size({"width": WIDTH, "height": height})
        _wait_until_drawn(page, name, charts)
    page.wait_for_timeout(_MAPS_TAKE)
    if faults := page.locator(".ant-alert-error, [role=alert]").all_inner_texts():
        said = " ".join(faults[0].split())
        raise CivicError(
            f"The dashboard {name} shows an error: {said}", zh=f"看板 {name} 显示错误：{said}"
        )


def _wait_until_drawn(page: Any, name: str, charts: int) -> None:
    from playwright.sync_api import TimeoutError as TookTooLongError

    try:
        page.wait_for_function(_SETTLED, arg=charts, timeout=PATIENCE)
        page.wait_for_load_state("networkidle")
    except TookTooLongError as error:
        seconds = PATIENCE // 1000
        raise CivicError(
            f"The dashboard {name} was not drawn within {seconds} seconds.",
            zh=f"看板 {name} 在 {seconds} 秒内未能绘制完成。",
        ) from error


def height_of(page: Any) -> int:
    """Pixels from the top of the page to the end of the last chart."""
    last = page.locator(".dashboard-component-chart-holder").last.bounding_box()
    return int(last["y"] + last["height"] + 24)


def _is_chart(one: Any) -> bool:
    return isinstance(one, Mapping) and one.get("type") == "CHART"


def _chosen(place: str | None) -> str:
    """The address's part that chooses a place, as the links on dashboards state it (Rison)."""
    if not place:
        return ""
    text = quote(place.replace("!", "!!").replace("'", "!'"))
    return (
        f"?native_filters=(NATIVE_FILTER-place:(__cache:(label:'{text}',value:!('{text}')),"
        f"extraFormData:(filters:!((col:place,op:IN,val:!('{text}')))),"
        f"filterState:(label:'{text}',value:!('{text}')),id:NATIVE_FILTER-place,ownState:()))"
    )
