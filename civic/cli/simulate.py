"""``civic simulate``: the drops of a made-up town."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from civic.cli.console import AsJson, console, print_json, say, table, working


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(simulate)


def simulate(
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for the drops, empty or new. Default: CIVIC_HOME/drops."),
    ] = None,
    residents: Annotated[int, typer.Option(min=500, help="How many people live there.")] = 3000,
    months: Annotated[int, typer.Option(min=1, max=60, help="Months of history.")] = 6,
    seed: Annotated[int, typer.Option(help="Another seed makes another town.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Write drops of a made-up town, dirty as real ones are, and the truth beside them."""
    from civic.settings import load_settings
    from ingestion.simulator.town import write_town

    folder = out or load_settings().drops
    with working(say("正在编造一座小城……", "Making up a town ...")):
        truth = write_town(folder, residents=residents, months=months, seed=seed)
    if as_json:
        print_json({"drops": folder, "truth": truth.folder, "files": truth.counts.to_dicts()})
        return
    columns = {
        "unit": say("单位", "Unit"),
        "file": say("文件", "File"),
        "records": say("记录", "Records"),
        "rejected": say("应退回", "To be rejected"),
        "repeated": say("重复", "Repeated"),
        "left_out": say("不计入", "Left out"),
    }
    title = say(f"{folder} 中的投放文件", f"Drops in {folder}")
    console.print(table(title, columns, truth.counts.to_dicts()))
    console.print(say(f"已埋入的问题：{truth.folder}", f"What is wrong in them: {truth.folder}"))
