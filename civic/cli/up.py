"""``civic up``: Dagster with everything loaded, on this machine only."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from civic.cli.console import AsJson, console, print_json, say, table, working
from civic.errors import CivicError
from civic.settings import Settings, load_settings

if TYPE_CHECKING:
    from dagster_project.services import Service

_LOOK_EVERY_SECONDS = 1.0


def register(app: typer.Typer) -> None:
    """Add ``civic up``."""

    @app.command()
    def up(
        port: Annotated[
            int | None, typer.Option(min=1, max=65535, help="3000, else a free one, if not given.")
        ] = None,
        check: Annotated[
            bool, typer.Option("--check", help="Start nothing; say what is wrong.")
        ] = False,
        as_json: AsJson = False,
    ) -> None:
        """Bring up Dagster: assets, checks, runs, and the sensor on the drop folder."""
        settings = load_settings()
        if check:
            _check(settings, port, as_json)
        else:
            _up(settings, port)


def _up(settings: Settings, asked: int | None) -> None:
    from dagster_project.answers import wait_until_ready
    from dagster_project.installation import load_installation
    from dagster_project.instance import prepare_instance
    from dagster_project.interrupted import close_interrupted_runs, mark_interrupted_runs
    from dagster_project.manifest import prepare_manifest
    from dagster_project.services import choose_port, services, up_alone

    prepare_instance(settings)
    signal.signal(signal.SIGTERM, _interrupt)
    with up_alone(settings):
        port = choose_port(asked)
        try:
            with working(say("正在准备数据模型清单 …", "Preparing the models' manifest …")):
                prepare_manifest(load_installation())
                interrupted = close_interrupted_runs(settings)
            with services(settings, port) as running:
                with working(say("正在启动 Dagster …", "Starting Dagster …")):
                    wait_until_ready(running, port)
                _tell(settings, port, interrupted)
                try:
                    _watch(running)
                finally:
                    mark_interrupted_runs(settings)
        except KeyboardInterrupt:
            console.print(say("已结束。", "Ended."))


def _watch(running: Sequence[Service]) -> None:
    """Until Ctrl-C; raises CivicError where a service ends by itself."""
    while True:
        for service in running:
            service.demand_alive()
        time.sleep(_LOOK_EVERY_SECONDS)


def _tell(settings: Settings, port: int, interrupted: int) -> None:
    from dagster_project.instance import service_logs

    settings.drops.mkdir(parents=True, exist_ok=True)
    if interrupted:
        console.print(
            say(
                f"上次中断的运行：{interrupted} 个，将自动继续。",
                f"Runs that were cut off and will be gone on with: {interrupted}.",
            )
        )
    lines = {
        say("打开", "Open"): f"http://127.0.0.1:{port}",
        say("投递文件夹", "Drop folder"): f"{settings.drops}/<unit>/<feed>/",
        say("日志", "Logs"): str(service_logs(settings)),
    }
    for label, value in lines.items():
        console.print(f"{label}: {value}", markup=False, soft_wrap=True)
    console.print(say("按 Ctrl-C 结束。", "Ctrl-C ends it."))
    sys.stdout.flush()


def _check(settings: Settings, port: int | None, as_json: bool) -> None:
    from dagster_project.diagnosis import diagnose

    with working(say("正在检查 …", "Checking …")):
        findings = diagnose(settings, port)
    rows = [asdict(finding) for finding in findings]
    if as_json:
        print_json(rows)
    else:
        headings = {
            "what": say("项目", "What"),
            "well": say("正常", "Well"),
            "detail": say("说明", "Detail"),
        }
        console.print(table(say("civic up 检查", "civic up, checked"), headings, rows))
    broken = [finding.what for finding in findings if not finding.well]
    if broken:
        raise CivicError(f"Not well: {', '.join(broken)}.", "The table says what to do.")


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    """A service manager's SIGTERM ends it as Ctrl-C does."""
    raise KeyboardInterrupt
