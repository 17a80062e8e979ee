"""What ``civic run`` says when it is done: drops, rejects, the publication, where to look next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from civic.cli.console import chinese, console, next_steps, printable, say, short, table

if TYPE_CHECKING:
    from civic.settings import Settings
    from publishing.whole_way import WayResult

#: With more drops than this, a run is told per unit and feed.
MOST_FILES = 12
#: Reasons of each kind that are told; the receipts have them all.
MOST_REASONS = 10
COUNTS = ("records", "accepted", "rejected", "repeated", "left_out")
STATES = {
    "known": ("内容与已收文件相同，未作任何改变", "the same bytes are there already: no change"),
    "still_written": ("仍在写入，留待下次", "still being written: left for the next run"),
    "not_readable": ("暂时不能读取，留待下次", "cannot be read: left for the next run"),
    "refused": ("是链接或设备，不是文件，未读取", "a link or a device, not a file: not read"),
    "no_change": ("自上次以来无变化", "no change since the last time"),
    "source_failed": ("未能从数据库读取", "not read from the database"),
}


def run_answer(result: WayResult) -> dict[str, Any]:
    """A run as plain values, for ``--json``."""
    results, publication = result.results, result.publication
    return {
        "files": [
            {"path": str(c.path), "state": c.state, "detail": c.detail} for c in results["collect"]
        ],
        "drops": [
            {
                "drop_id": receipt.drop.drop_id,
                "sha256": receipt.drop.sha256,
                **_drop_row(receipt),
                "status": receipt.status,
                "refusal": receipt.refusal.code if receipt.refusal else None,
                "by_code": receipt.by_code,
            }
            for receipt in results["intake"]
        ],
        "audit": {
            "passed": results["audit"].passed,
            "results": len(results["audit"].results),
        },
        "publication": {
            "number": publication.number,
            "unchanged": publication.unchanged,
            "digest": publication.manifest["digest"],
            "cells": publication.manifest["cells"],
        },
        "workbooks": [str(path) for path in results["workbooks"]],
        "base_lists": [str(made.path) for made in results["base_lists"].lists],
        "province": str(results["province"].folder),
        "seconds": dict(result.seconds),
    }


def show_run(result: WayResult, settings: Settings) -> None:
    """Print a run: what came in, what was turned away, the publication, where to look next."""
    show_outcome(result)
    _show_where_to_look(result, settings)


def show_outcome(result: WayResult) -> None:
    """Print a run without saying where to look next."""
    _show_files(result)
    _show_drops(result)
    _show_codes(result)
    _show_publication(result)


def _show_files(result: WayResult) -> None:
    """Files that made no new drop: each with the reason; many that are known as one line."""
    known = sum(c.state == "known" for c in result.results["collect"])
    if known > MOST_FILES:
        reason = say(*STATES["known"])
        console.print(say(f"{known} 个文件：{reason}", f"{known} files: {reason}"), markup=False)
    for collected in result.results["collect"]:
        if collected.state == "known" and known > MOST_FILES:
            continue
        if collected.state in STATES:
            reason = say(*STATES[collected.state])
            told = say(collected.detail_zh or collected.detail, collected.detail)
            detail = f" ({told})" if told else ""
            named = collected.path.name if collected.drop else collected.path
            console.print(printable(f"{named}: {reason}{detail}"), markup=False)


def _show_drops(result: WayResult) -> None:
    receipts = result.results["intake"]
    if not receipts:
        console.print(say("没有新文件。", "No new drops."))
        return
    columns = {
        "what": say("文件（单位/数据类别）", "File (unit/feed)"),
        "records": say("记录", "Read"),
        "accepted": say("接收", "Taken"),
        "rejected": say("退回", "Rejected"),
        "repeated": say("重复", "Repeated"),
        "left_out": say("略过", "Left out"),
    }
    rows = [_drop_row(receipt) for receipt in receipts]
    if len(rows) > MOST_FILES:
        columns["what"] = say("单位/数据类别", "Unit/feed")
        rows = _summed(rows)
    else:
        # One column for file, unit and feed: the counts beside it then fit into 80 columns.
        rows = [
            {**row, "what": f"{row['file']}\n{row['unit']}/{row['feed'] or '?'}"} for row in rows
        ]
    console.print()
    console.print(table(say("收到的文件", "What came in"), columns, rows))
    for receipt in receipts:
        if receipt.refusal:
            reason = receipt.refusal.zh if chinese() else receipt.refusal.en
            refused = say("整份退回", "refused whole")
            console.print(f"{receipt.drop.file_name}: {refused}: {reason}", markup=False)


def _drop_row(receipt: Any) -> dict[str, Any]:
    drop = receipt.drop
    counts = {name: getattr(receipt, name) for name in COUNTS}
    return {"unit": drop.unit, "feed": drop.feed, "file": drop.file_name, **counts}


def _summed(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row per unit and feed; which file it was stands on its receipt."""
    summed: dict[str, dict[str, Any]] = {}
    for row in rows:
        what = f"{row['unit']}/{row['feed'] or '?'}"
        total = summed.setdefault(what, {"what": what, "files": 0, **dict.fromkeys(COUNTS, 0)})
        total["files"] += 1
        for name in COUNTS:
            total[name] += row[name]
    return [{**total, "what": f"{what} ({total['files']})"} for what, total in summed.items()]


def _show_codes(result: WayResult) -> None:
    language = "zh" if chinese() else "en"
    counted: dict[tuple[str, str, str], dict[str, Any]] = {}
    for receipt in result.results["intake"]:
        for entry in receipt.by_code:
            key = (receipt.drop.feed, entry["severity"], entry["code"])
            what = f"{entry[language]} [{key[2]}]"
            kept = counted.setdefault(key, {"feed": key[0], "count": 0, "what": what})
            kept["count"] += entry["count"]
    columns = {
        "feed": say("数据类别", "Feed"),
        "count": say("处数", "Count"),
        "what": say("说明 [代码]", "What it means [code]"),
    }
    for severity, zh, en in (
        ("reject", "退回的原因", "Why rows were rejected"),
        ("warn", "提请注意", "Taken in, but worth a look"),
    ):
        rows = [row for key, row in counted.items() if key[1] == severity]
        if rows:
            rows.sort(key=lambda row: (-row["count"], row["feed"], row["what"]))
            console.print()
            console.print(table(say(zh, en), columns, rows[:MOST_REASONS]))
            _show_left(rows[MOST_REASONS:])


def _show_left(rows: list[dict[str, Any]]) -> None:
    if rows:
        count = sum(row["count"] for row in rows)
        told = say(
            f"另有 {len(rows)} 种，共 {count:,} 处：见各单位回执。",
            f"and {len(rows)} more kinds, {count:,} in all: see the receipts.",
        )
        console.print(f"[dim]{told}[/]")


def _show_publication(result: WayResult) -> None:
    publication = result.publication
    number, cells = publication.number, publication.manifest["cells"]
    if publication.unchanged:
        told = say(
            f"没有变化：第 {number} 号仍为当前发布。",
            f"Nothing changed: publication {number} is current.",
        )
    else:
        told = say(
            f"已发布第 {number} 号，共 {cells:,} 个数字。",
            f"Publication {number} is out, with {cells:,} figures.",
        )
    console.print(f"\n[bold]{told}[/]")


def _show_where_to_look(result: WayResult, settings: Settings) -> None:
    next_steps(
        [
            ("civic report list", say("查看报表", "the reports")),
            ("civic trace CELL", say("追溯一个数字", "where a figure comes from")),
            ("civic verify", say("逐项复算", "compute every figure again")),
            *places_to_look(result, settings),
        ]
    )


def places_to_look(result: WayResult, settings: Settings) -> list[tuple[str, str]]:
    """Files and folders that a run made for people, each with a word on it."""
    folder = settings.reports / f"v_{result.publication.number}"
    data_docs = settings.quality / "data_docs" / "index.html"
    return [
        (
            short(folder / say("index.zh.html", "index.en.html")),
            say("本次发布首页，链接各报表（XLSX）", "the first page, with links to all workbooks"),
        ),
        (
            short(settings.outbox),
            say("给各单位的回执、名单，上报数据", "receipts and lists for units, the extract"),
        ),
        (short(data_docs), say("质量审核结果", "what the audits found")),
    ]
