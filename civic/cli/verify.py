"""``civic verify``: every published cell recomputed from the kept originals and compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from civic.cli.console import AsJson, console, print_json, progress_console, say, table
from civic.errors import DataAtFaultError
from civic.settings import load_settings

if TYPE_CHECKING:
    from analytics.reports.verification import Verification

SHOWN = 20
"""Differing cells that a terminal shows; ``--json`` has them all."""


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(verify)


def verify(
    publication: Annotated[
        int | None, typer.Option(help="Its number; the current one where none is given.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Recompute every published cell from the kept originals and compare."""
    from analytics.reports.verification import verify as recompute
    from publishing.opening import open_publication
    from publishing.residents import shown_residents

    settings = load_settings()
    with open_publication(settings, publication) as opened:
        number, cells, manifest = opened.number, opened.cells, opened.manifest
        residents = shown_residents(opened)
    with _progress(len(manifest["drops"])) as progress:
        verification = recompute(settings, cells, manifest, progress=progress, residents=residents)
    if as_json:
        print_json({"publication": number, "passed": verification.passed, **asdict(verification)})
    else:
        _print(verification, number)
    if not verification.passed:
        raise DataAtFaultError(
            say(
                f"第 {number} 期发布的数据未通过核对。",
                f"Publication {number} is not what the kept originals say.",
            ),
            say(
                "先核对列出的原件；civic trace <cell> 可查看每个数字的来源。",
                "Look at the originals named first; civic trace <cell> shows a figure's rows.",
            ),
        )


@contextmanager
def _progress(drops: int) -> Iterator[Callable[[str], None]]:
    """Names what is being read or counted, on a terminal's standard error only."""
    if not progress_console.is_terminal:
        yield lambda _: None
        return
    with progress_console.status(say("正在重算…", "Recomputing…")) as status:
        done = 0

        def show(what: str) -> None:
            nonlocal done
            done += 1
            of = f" {done}/{drops}" if done <= drops else ""
            status.update(f"{say('正在重算', 'Recomputing')}{of} {what}")

        yield show


def _print(verification: Verification, number: int) -> None:
    counts = {
        say("已发布", "published"): verification.cells,
        say("一致", "equal"): verification.equal,
        say("不一致", "different"): len(verification.different),
        say("漏发", "missing"): len(verification.missing),
        say("多发", "extra"): len(verification.extra),
        say("原件被改动", "originals altered"): len(verification.altered_originals),
    }
    if verification.residents:
        counts |= {
            say("居民人数（已显示）", "counts of residents shown"): verification.residents.shown,
            say("居民人数不一致", "of them different"): len(verification.residents.different),
        }
    rows = [{"what": what, "cells": count} for what, count in counts.items()]
    title = say(f"核对第 {number} 期发布", f"Verification of publication {number}")
    console.print(table(title, {"what": "", "cells": say("数目", "number")}, rows))
    if verification.altered_originals:
        _print_altered(verification)
    apart = [*verification.different, *verification.missing, *verification.extra]
    if apart:
        _print_apart(apart)


def _print_altered(verification: Verification) -> None:
    columns = {
        "file_name": say("文件", "file"),
        "drop_id": say("批次", "drop"),
        "state": say("状态", "what is there now"),
    }
    rows = [
        {
            "file_name": one.file_name,
            "drop_id": one.drop_id,
            "state": say("原件缺失", "the original is gone")
            if one.found is None
            else say(f"SHA-256 现为 {one.found[:16]}…", f"its SHA-256 is now {one.found[:16]}…")
            + (f" ({one.unreadable})" if one.unreadable else ""),
        }
        for one in verification.altered_originals
    ]
    console.print(table(say("被改动的原件", "Altered originals"), columns, rows))


def _print_apart(apart: list[dict[str, Any]]) -> None:
    hows = {
        "different": say("不一致", "different"),
        "missing": say("漏发", "missing"),
        "extra": say("多发", "extra"),
    }
    columns = {
        "what": say("数字：指标、区划、期间、分类", "cell: metric, place, period, slices"),
        "how": "",
        "value_published": say("已发布", "published"),
        "value_recomputed": say("重算", "recomputed"),
    }
    coordinates = ("metric", "place_code", "period", "slices")
    rows = [
        {
            **cell,
            # One column for what tells a cell: the figures beside it then fit into 80 columns.
            "what": f"{cell['cell_id']}\n{' '.join(str(cell[k] or '') for k in coordinates)}",
            "how": hows[cell["how"]],
        }
        for cell in apart[:SHOWN]
    ]
    console.print(table(say("不一致的单元", "Cells that differ"), columns, rows))
    if len(apart) > SHOWN:
        console.print(say(f"另有 {len(apart) - SHOWN} 个", f"and {len(apart) - SHOWN} more"))
