"""``civic demo``: the whole way on a made-up city, with something to look at at the end."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from civic.cli.console import console, next_steps, say, short, working
from civic.errors import CivicError
from civic.settings import Settings, load_settings

if TYPE_CHECKING:
    from publishing.whole_way import WayResult

HOME = "var/demo"
OWN = ("drops", "truth", "outbox", "raw", "vault", "lake", "serving", "quality", "reports", "dbt")
SHOWN = ("handling", "events_overdue")
#: Lies in every home that a demo made: what is there may be removed by the next one.
MARK = ".demo"


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(demo)


def demo(
    residents: Annotated[int, typer.Option(min=500, help="How many people live there.")] = 50_000,
    months: Annotated[int, typer.Option(min=1, max=60, help="Months of history.")] = 18,
    seed: Annotated[int, typer.Option(help="Another seed makes another city.")] = 1,
) -> None:
    """The whole way on a made-up city: drops in, a report and a trace out (in var/demo)."""
    from civic.cli.run_summary import show_outcome
    from ingestion.contracts import load_contracts
    from ingestion.simulator.city.arriving import receive_as_left
    from ingestion.simulator.city.making import write_city

    os.environ.setdefault("CIVIC_HOME", HOME)
    settings = load_settings()
    start_afresh(settings)
    _say_heading("一、各单位投放文件", "1. The units leave their files")
    with working(say("正在编造一座城市……", "Making up a city ...")):
        truth = write_city(settings.drops, residents, months, seed)
        collected = receive_as_left(settings, load_contracts(settings.contract_paths))
    console.print(
        say(
            f"{residents:,} 人的城市，{months} 个月，{truth.counts.height} 个文件，故意弄脏："
            f"{short(settings.drops)}",
            f"A city of {residents:,}, {months} months, {truth.counts.height} files, "
            f"deliberately dirty: {short(settings.drops)}",
        ),
        soft_wrap=True,
    )
    _say_heading("二、检查、入库、建模、审核、发布", "2. Checked, modelled, audited, published")
    result = _run(settings)
    # The run found them known; how they came is what there is to tell.
    result = replace(result, results={**result.results, "collect": collected})
    show_outcome(result)
    _show_figures(settings)
    _show_a_rejected_line(result)
    _say_where_to_look(result, settings)


def start_afresh(settings: Settings) -> None:
    """Remove what an earlier demo made in this home; a home that is not a demo's is refused."""
    home, mark = settings.home, settings.home / MARK
    if home.is_dir() and any(home.iterdir()):
        if not mark.is_file():
            raise CivicError(
                f"{home} holds data that no demo made; a demo would replace it.",
                f"Give the demo a folder of its own: CIVIC_HOME={HOME} civic demo",
            )
        console.print(
            say("先清除上一次演示的结果。", "What the demo of before made is removed first.")
        )
    for name in OWN:
        shutil.rmtree(home / name, ignore_errors=True)
    home.mkdir(parents=True, exist_ok=True)
    mark.touch()


def _run(settings: Settings) -> WayResult:
    from publishing.whole_way import run

    with working(say("正在运行……", "Under way ...")):
        return run(
            settings,
            on_step=lambda step, _, seconds: console.print(
                f"[green]✓[/] {say(step.zh, step.en)}  [dim]{seconds:.1f} s[/]"
            ),
        )


def _show_figures(settings: Settings) -> None:
    """One report, and where one of its figures comes from."""
    from civic.cli.reports import show_report
    from civic.cli.traces import trace_cell
    from publishing.publications import open_publication

    report, metric = SHOWN
    _say_heading(
        f"三、一份报表：civic report show {report}", f"3. A report: civic report show {report}"
    )
    show_report(report)
    with open_publication(settings) as opened:
        cell = opened.cells.filter(
            report=report, metric=metric, level="all", grain="all", slices=""
        ).item(0, "cell_id")
    _say_heading(
        f"四、一个数字的来源：civic trace {cell} --rows 2",
        f"4. Where a figure is from: civic trace {cell} --rows 2",
    )
    trace_cell(cell, rows=2)


def _show_a_rejected_line(result: WayResult) -> None:
    """One row that was turned away, found again by its file and line."""
    from civic.cli.traces import why_line

    for receipt in result.results["intake"]:
        rejected = [f for f in receipt.findings if f["severity"] == "reject"]
        if receipt.status == "accepted" and rejected:
            # By the drop: several units send files of one name.
            drop, line = receipt.drop.drop_id, rejected[0]["line"]
            _say_heading(
                f"五、一行数据的下落：civic why {drop} {line}",
                f"5. What became of a line: civic why {drop} {line}",
            )
            why_line(drop, line)
            return


def _say_where_to_look(result: WayResult, settings: Settings) -> None:
    """What the run made to open, and what to type so that ``civic`` finds this city."""
    from civic.cli.run_summary import places_to_look

    _say_heading("打开看看", "To open")
    next_steps(places_to_look(result, settings))
    _say_heading("接着试试", "To try next")
    console.print(f"  export CIVIC_HOME={short(settings.home)}", soft_wrap=True)
    if shutil.which("civic") is None:
        scripts = short(Path(sys.executable).parent)
        console.print(f'  export PATH="$PWD/{scripts}:$PATH"', soft_wrap=True)
    next_steps(
        [
            ("civic report list", say("有哪些报表", "which reports there are")),
            (
                "civic report show events --level street",
                say("各街道的事件", "matters by street"),
            ),
            ("civic verify", say("从原件逐项复算", "every figure, recomputed")),
            (
                "make screens && civic up",
                say("看板与 Dagster 界面", "dashboards, and Dagster"),
            ),
            (
                say("CIVIC_LANG=en civic report list", "CIVIC_LANG=zh civic report list"),
                say("英文界面", "the same in Chinese"),
            ),
        ]
    )


def _say_heading(zh: str, en: str) -> None:
    console.print()
    console.rule(f"[bold]{say(zh, en)}[/]", align="left")
