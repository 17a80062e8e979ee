"""``civic simulate``: the drops of a made-up city of any size."""

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
    seed: Annotated[int, typer.Option(help="Another seed makes another city.")] = 1,
    register_file: Annotated[
        Path | None,
        typer.Option(
            "--register", help="A file of the feed division: the city gets its divisions."
        ),
    ] = None,
    city: Annotated[
        str | None, typer.Option(help="First four digits of the city in the register.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write drops of a made-up city, dirty as real ones are, and the truth beside them."""
    import polars as pl

    from civic.settings import load_settings
    from ingestion.simulator.city.making import write_city

    folder = out or load_settings().drops
    with working(say("正在编造一座城市……", "Making up a city ...")):
        truth = write_city(folder, residents, months, seed, register=register_file, city=city)
    if as_json:
        print_json({"drops": folder, "truth": truth.folder, "files": truth.counts.to_dicts()})
        return
    by_feed = truth.counts.group_by("feed", maintain_order=True).agg(
        pl.len().alias("files"), pl.col("records", "rejected", "repeated", "left_out").sum()
    )
    columns = {
        "feed": say("数据源", "Feed"),
        "files": say("文件", "Files"),
        "records": say("记录", "Records"),
        "rejected": say("应退回", "To be rejected"),
        "repeated": say("重复", "Repeated"),
        "left_out": say("不计入", "Left out"),
    }
    title = say(f"{folder} 中的投放文件", f"Drops in {folder}")
    console.print(table(title, columns, by_feed.sort("feed").to_dicts()))
    console.print(say(f"已埋入的问题：{truth.folder}", f"What is wrong in them: {truth.folder}"))
