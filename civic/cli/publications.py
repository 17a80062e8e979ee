"""``civic publications`` (list, diff, rollback) and ``civic run``.

Belongs here: how publications and a run look in the terminal. Does not belong here: making or
comparing them (``publishing``).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from civic.cli.console import AsJson, console, print_json, say, table, working
from civic.cli.run_summary import run_answer, show_run
from civic.settings import load_settings

if TYPE_CHECKING:
    import polars as pl

    from publishing.publications import Diff, Publication

SHOWN = 20

publications = typer.Typer(no_args_is_help=True, help="List, compare and switch publications.")

Paths = Annotated[
    list[Path] | None, typer.Argument(help="Files or folders; the drop folder if none.")
]
Number = Annotated[int, typer.Argument(help="Number of a publication.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(publications, name="publications")
    app.command("run")(run)


@publications.command("list")
def list_all(as_json: AsJson = False) -> None:
    """Show every publication that is kept."""
    from publishing.publications import list_publications

    kept = [_listed(p) for p in list_publications(load_settings())]
    if as_json:
        print_json(kept)
        return
    if not kept:
        console.print(say("尚无发布。请运行：civic run", "Nothing published yet. Run: civic run"))
        return
    columns = {
        "number": say("编号", "No."),
        "current": say("当前", "Current"),
        "created_at": say("时间 (UTC)", "Made (UTC)"),
        "cells": say("数字", "Figures"),
        "drops": say("文件", "Drops"),
        "digest": say("摘要", "Digest"),
    }
    rows = [
        {**k, "created_at": k["created_at"][:16].replace("T", " "), "digest": k["digest"][:12]}
        for k in kept
    ]
    console.print(table(say("发布", "Publications"), columns, rows))


@publications.command("diff")
def compare(a: Number, b: Number, as_json: AsJson = False) -> None:
    """Show which figures differ between publications A and B, and which drops made them differ."""
    from publishing.publications import diff

    with working(say("正在比较…", "Comparing…")):
        difference = diff(load_settings(), a, b, top=SHOWN)
    if as_json:
        print_json(_diff_answer(difference))
        return
    _show_totals(difference)
    _show_changed(difference)
    _show_drops(difference)


@publications.command("rollback")
def roll_back_to(number: Number) -> None:
    """Let readers see publication NUMBER; nothing is deleted."""
    from publishing.publications import roll_back

    roll_back(load_settings(), number)
    console.print(say(f"当前发布：第 {number} 号。", f"Publication {number} is current."))


def run(
    paths: Paths = None,
    unit: Annotated[str | None, typer.Option(help="The unit that left the files.")] = None,
    feed: Annotated[str | None, typer.Option(help="The feed they belong to.")] = None,
    as_json: AsJson = False,
) -> None:
    """Go the whole way once: take in, build, audit, publish."""
    from publishing.whole_way import run as run_the_whole_way

    def on_step(step: Any, _: Any, seconds: float) -> None:
        if not as_json:
            console.print(f"[green]✓[/] {say(step.zh, step.en)}  [dim]{seconds:.1f} s[/]")

    settings = load_settings()
    with working(say("正在运行…", "Under way…")):
        result = run_the_whole_way(settings, paths or (), unit, feed, on_step)
    if as_json:
        print_json(run_answer(result))
    else:
        show_run(result, settings)


def _listed(publication: Publication) -> dict[str, Any]:
    manifest = publication.manifest
    return {
        "number": publication.number,
        "current": publication.is_current,
        "created_at": manifest["created_at"],
        "cells": manifest["cells"],
        "drops": len(manifest["drops"]),
        "digest": manifest["digest"],
    }


def _diff_answer(difference: Diff) -> dict[str, Any]:
    frames = ("added", "removed", "changed", "drops_added", "drops_removed", "causes")
    return {
        "a": difference.a,
        "b": difference.b,
        "by_metric": difference.by_metric().to_dicts(),
        **{name: getattr(difference, name).to_dicts() for name in frames},
    }


def _show_totals(difference: Diff) -> None:
    totals = difference.by_metric()
    if totals.is_empty():
        console.print(say("两次发布的数字完全相同。", "Both publications have the same figures."))
        return
    columns = {
        "report": say("报表", "Report"),
        "metric": say("指标", "Measure"),
        "added": say("新增", "Added"),
        "removed": say("消失", "Gone"),
        "changed": say("变化", "Changed"),
    }
    title = say(
        f"第 {difference.b} 号与第 {difference.a} 号相比",
        f"Publication {difference.b} against {difference.a}",
    )
    console.print(table(title, columns, totals.to_dicts()))


def _show_changed(difference: Diff) -> None:
    import polars as pl

    if difference.changed.is_empty():
        return
    columns = {
        "what": say("数字：指标、地区、期间、分类", "Figure: measure, place, period, slice"),
        "old_value": say("原值", "Old"),
        "new_value": say("新值", "New"),
        "why": say("原因：文件（增/减行）", "Because of (rows +/-)"),
    }
    parts = (pl.col(name) for name in ("metric", "place_code", "period", "slices"))
    shown = difference.changed.head(SHOWN).with_columns(
        pl.concat_str("cell_id", pl.lit("\n"), pl.concat_str(*parts, separator=" ")).alias("what")
    )
    reasons = _reasons(difference.causes)
    rows = [
        {
            **row,
            "old_value": _figure(row["old_value"]),
            "new_value": _figure(row["new_value"]),
            "why": reasons.get(row["cell_id"], ""),
        }
        for row in shown.to_dicts()
    ]
    console.print(table(say("变化最大的数字", "Largest changes"), columns, rows))
    left = difference.changed.height - len(rows)
    if left > 0:
        console.print(
            say(f"另有 {left:,} 个变化的数字，见 --json。", f"and {left:,} more: see --json.")
        )


def _figure(value: float | None) -> float | int | None:
    """Counts without decimals."""
    return int(value) if value is not None and value.is_integer() else value


def _reasons(causes: pl.DataFrame) -> dict[str, str]:
    reasons: dict[str, list[str]] = {}
    for cause in causes.iter_rows(named=True):
        name = cause["file_name"] or cause["drop_id"]
        gained, lost = cause["rows_gained"], cause["rows_lost"]
        reasons.setdefault(cause["cell_id"], []).append(f"{name} (+{gained:,}/-{lost:,})")
    return {cell_id: "\n".join(names) for cell_id, names in reasons.items()}


def _show_drops(difference: Diff) -> None:
    columns = {
        "unit": say("单位", "Unit"),
        "feed": say("数据类别", "Feed"),
        "file_name": say("文件", "File"),
        "drop_id": say("编号", "Drop"),
    }
    for frame, zh, en in (
        (difference.drops_added, "新增的文件", "Drops added"),
        (difference.drops_removed, "不再包含的文件", "Drops no longer there"),
    ):
        if not frame.is_empty():
            console.print(table(say(zh, en), columns, frame.to_dicts()))
