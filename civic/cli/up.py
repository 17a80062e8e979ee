"""``civic up``: Dagster and the screens with everything loaded, on this machine only."""

from __future__ import annotations

import signal
import sys
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from civic.cli.console import AsJson, console, print_json, say, table, working
from civic.errors import CivicError
from civic.settings import Settings, load_settings

if TYPE_CHECKING:
    from civic.services import Service

_LOOK_EVERY_SECONDS = 1.0


def register(app: typer.Typer) -> None:
    """Add ``civic up``."""

    @app.command()
    def up(
        port: Annotated[
            int | None, typer.Option(min=1, max=65535, help="3000, else a free one, if not given.")
        ] = None,
        screens_port: Annotated[
            int | None, typer.Option(min=1, max=65535, help="8088, else a free one, if not given.")
        ] = None,
        screens: Annotated[
            bool, typer.Option("--screens/--no-screens", help="Superset as well, or Dagster alone.")
        ] = True,
        check: Annotated[
            bool, typer.Option("--check", help="Start nothing; say what is wrong.")
        ] = False,
        as_json: AsJson = False,
    ) -> None:
        """Bring up Superset's screens and Dagster: assets, checks, the sensor on drops."""
        settings = load_settings()
        if check:
            _check(settings, port, screens_port if screens else None, screens, as_json)
        else:
            _up(settings, port, screens_port, screens)


@dataclass
class _Screens:
    """The screens, which come up once there is a publication and follow each that comes after."""

    settings: Settings
    port: int
    stack: ExitStack
    running: tuple[Service, ...] = ()
    shown: int | None = None
    told: set[str] = field(default_factory=set)

    def look(self) -> None:
        """Bring up, or up to date, what there is to show."""
        from publishing.shelf import current_number
        from superset_assets import running

        for service in self.running:
            service.demand_alive()
        number = current_number(self.settings)
        if number == self.shown and (self.running or self.told):
            return
        try:
            running.python()
            if number is None:
                raise CivicError(
                    "Nothing has been published yet; the screens come with the first publication.",
                    zh="还没有发布；首次发布后看板自动启动。",
                )
            with working(say("正在装载看板 …", "Loading the screens …")):
                running.refresh(self.settings)
                self.shown = number
                if not self.running:
                    self.running = self.stack.enter_context(
                        running.services(self.settings, self.port)
                    )
                    running.wait_until_ready(self.running, self.port)
                    self._tell()
        except CivicError as error:
            if self.running and str(error) not in self.told:
                raise
            self.shown = number
            if str(error) not in self.told:
                self.told.add(str(error))
                console.print(say(error.zh or str(error), str(error)), markup=False)

    def _tell(self) -> None:
        """Where to log in and as whom."""
        from superset_assets.keys import folder
        from superset_assets.running import ACCOUNTS, accounts

        made = accounts(self.settings)
        lines = {
            say("看板", "Screens"): f"http://127.0.0.1:{self.port}",
            say("账号", "Accounts"): ", ".join(made),
            say("初始密码", "First passwords"): str(folder(self.settings) / ACCOUNTS),
        }
        for label, value in lines.items():
            console.print(f"{label}: {value}", markup=False, soft_wrap=True)
        sys.stdout.flush()


def _up(settings: Settings, asked: int | None, screens_port: int | None, screens: bool) -> None:
    from civic.services import choose_port
    from dagster_project.answers import wait_until_ready
    from dagster_project.installation import load_installation
    from dagster_project.instance import prepare_instance
    from dagster_project.interrupted import close_interrupted_runs, mark_interrupted_runs
    from dagster_project.manifest import prepare_manifest
    from dagster_project.services import USUAL_PORT, services, up_alone
    from superset_assets.running import USUAL_PORT as USUAL_SCREENS_PORT

    prepare_instance(settings)
    signal.signal(signal.SIGTERM, _interrupt)
    with up_alone(settings):
        port = choose_port(asked, USUAL_PORT)
        beside = choose_port(screens_port, USUAL_SCREENS_PORT, "--screens-port")
        try:
            with working(say("正在准备数据模型清单 …", "Preparing the models' manifest …")):
                prepare_manifest(load_installation())
                interrupted = close_interrupted_runs(settings)
            with services(settings, port) as running, ExitStack() as stack:
                shown = _Screens(settings, beside, stack) if screens else None
                try:
                    if shown:
                        shown.look()
                    with working(say("正在启动 Dagster …", "Starting Dagster …")):
                        wait_until_ready(running, port)
                    _tell(settings, port, interrupted)
                    _watch(running, shown)
                finally:
                    mark_interrupted_runs(settings)
        except KeyboardInterrupt:
            console.print(say("已结束。", "Ended."))


def _watch(running: tuple[Service, ...], shown: _Screens | None) -> None:
    """Until Ctrl-C; raises CivicError where a service ends by itself."""
    while True:
        for service in running:
            service.demand_alive()
        if shown:
            shown.look()
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


def _check(
    settings: Settings,
    port: int | None,
    screens_port: int | None,
    screens: bool,
    as_json: bool,
) -> None:
    from dagster_project.diagnosis import diagnose
    from superset_assets.diagnosis import diagnose_screens

    with working(say("正在检查 …", "Checking …")):
        findings = diagnose(settings, port)
        if screens:
            findings += diagnose_screens(settings, screens_port)
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
