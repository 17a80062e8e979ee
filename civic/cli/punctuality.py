"""The command ``civic drop due``: which deliveries came late, and which never came."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

import typer

from civic.cli.console import AsJson, console, print_json, say, table, working
from civic.errors import CivicError
from civic.settings import load_settings

STATES = {
    "on_time": ("按时", "in time"),
    "late": ("迟报", "late"),
    "missing": ("未报", "missing"),
}


def due(
    on: Annotated[str | None, typer.Option(help="Judged as of this day; default: today.")] = None,
    unit: Annotated[str | None, typer.Option(help="Only this unit.")] = None,
    feed: Annotated[str | None, typer.Option(help="Only this feed.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also what came in time.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say which deliveries are late or missing by the contracts' service levels."""
    from ingestion.contracts import load_contracts
    from ingestion.intake.punctuality import deliveries

    settings = load_settings()
    contracts = load_contracts(settings.contract_paths)
    with working(say("正在核对…", "Comparing…")):
        found = deliveries(settings, contracts, _day(on), unit, feed)
    shown = [d for d in found.to_dicts() if everything or d["state"] != "on_time"]
    if as_json:
        print_json(shown)
        return
    columns = {
        "unit": say("单位", "Unit"),
        "feed": say("数据源", "Feed"),
        "period_end": say("周期止于", "Period to"),
        "due_on": say("应报", "Due"),
        "delivered_on": say("收到", "Came"),
        "state": say("状态", "State"),
    }
    rows = [{**d, "state": say(*STATES[d["state"]])} for d in shown]
    if rows:
        console.print(table(say("报送情况", "Deliveries"), columns, rows))
    counts = found["state"].value_counts().to_dict(as_series=False)
    told = dict(zip(counts["state"], counts["count"], strict=True))
    late, missing, whole = told.get("late", 0), told.get("missing", 0), found.height
    console.print(
        say(
            f"共 {whole} 期：迟报 {late}，未报 {missing}。"
            "未列入报送任务清单且从未报送的单位不在其中。",
            f"{whole} periods: {late} late, {missing} missing. Units on no list of duties "
            "that never sent anything are not among them.",
        )
    )


def _day(on: str | None) -> date:
    if on is None:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(on)
    except ValueError as error:
        raise CivicError(
            f"{on!r} is no day.",
            "Write it as 2026-10-31.",
            zh=f"{on!r} 不是日期。",
            remedy_zh="写法：2026-10-31。",
        ) from error
