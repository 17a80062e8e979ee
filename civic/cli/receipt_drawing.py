"""Receipts on a terminal: what came in, what was turned away and why.

Belongs here: drawing receipts for people. Does not belong here: the commands (``intake``), receipts
as files (``ingestion.intake.receipts``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from civic.cli.console import console, printable, say, table
from civic.settings import Settings

if TYPE_CHECKING:
    from ingestion.intake import Receipt


def print_intake(states: list[dict[str, Any]], receipts: list[Receipt], settings: Settings) -> None:
    """What came in and what was turned away."""
    known = sum(s["state"] == "known" for s in states)
    for state in states:
        if state["state"] in _STATES:
            reason = say(*_STATES[state["state"]])
            told = say(state["detail_zh"], state["detail"])
            detail = f" ({told})" if told else ""
            console.print(printable(f"{state['file']}: {reason}{detail}"), markup=False)
        elif state["state"] == "new" and state["detail"]:
            told = say(state["detail_zh"], state["detail"])
            console.print(printable(f"{state['file']}: {told}"), markup=False)
    if not states and not receipts:
        console.print(say("没有文件。", "No files."))
    if known:
        console.print(
            say(
                f"{known} 个文件此前已接收，未作改动。",
                f"{known} files were taken in before; unchanged.",
            )
        )
    if receipts:
        console.print(
            table(say("本次接收", "Taken in"), _receipt_columns(), _receipt_rows(receipts))
        )
        print_reasons(receipts)
        console.print(
            say(f"回执见 {settings.outbox}", f"Receipts: {settings.outbox}"), markup=False
        )


def print_reasons(receipts: list[Receipt]) -> None:
    """Why rows and drops were turned away, and what was taken with a warning."""
    reasons = [
        {
            "file": r.drop.file_name,
            "severity": say(*_SEVERITIES[f["severity"]]),
            "count": f["count"],
            "what": f"{say(f['zh'], f['en'])} [{f['code']}] {f['column_name']}",
        }
        for r in receipts
        for f in r.by_code
    ]
    reasons += [
        {
            "file": r.drop.file_name,
            "severity": say("整批退回", "refused"),
            "count": r.records,
            "what": f"{say(r.refusal.zh, r.refusal.en)} [{r.refusal.code}]",
        }
        for r in receipts
        if r.refusal
    ]
    if not reasons:
        return
    columns = {
        "file": say("文件", "File"),
        "severity": say("处理", "Result"),
        "count": say("行数", "Rows"),
        "what": say("原因", "Why"),
    }
    if len(receipts) == 1:
        del columns["file"]
    console.print(table(say("退回与提醒", "Turned away or warned"), columns, reasons))


def print_receipt(receipt: Receipt) -> None:
    """One receipt in full: what was counted, what is wrong and where."""
    name = receipt.drop.file_name
    feed = say(receipt.title_zh, receipt.title_en) or "?"
    console.print(f"{name} → {feed} ({receipt.drop.feed or '?'})", style="bold", markup=False)
    counts = {k: v for k, v in _receipt_columns().items() if k not in ("unit", "feed", "file")}
    console.print(table("", counts, _receipt_rows([receipt])))
    for note in receipt.read_as.get("notes", []):
        console.print(f"· {say(note['zh'], note['en'])}", markup=False)
    print_reasons([receipt])
    _print_findings(receipt)


def _print_findings(receipt: Receipt, most: int = 10) -> None:
    """The first findings, those that turn a row away before those that only warn."""
    ordered = sorted(receipt.findings, key=lambda f: f["severity"] != "reject")[:most]
    columns = {
        "line": say("行", "Line"),
        "heading": say("列", "Column"),
        "value_found": say("发现", "Found"),
        "what": say("说明", "What is wrong"),
    }
    rows = [{**f, "what": _what(f)} for f in ordered]
    if rows:
        console.print(table(say("逐条问题", "Findings"), columns, rows))
    more = sum(f["count"] for f in receipt.by_code) - len(rows)
    if more > 0:
        console.print(say(f"另有 {more:,} 处，见 --json。", f"{more:,} more: see --json."))


def _what(finding: dict[str, Any]) -> str:
    wrong = say(finding["zh"], finding["en"])
    expected = say(finding["expected_zh"], finding["expected_en"])
    if not expected or expected == wrong:
        return wrong
    return say(f"{wrong}；应为：{expected}", f"{wrong}; expected: {expected}")


def _receipt_columns() -> dict[str, str]:
    return {
        "unit": say("单位", "Unit"),
        "feed": say("数据源", "Feed"),
        "file": say("文件", "File"),
        "records": say("读取", "Read"),
        "accepted": say("接收", "Taken"),
        "rejected": say("拒收", "Rejected"),
        "repeated": say("重复", "Repeated"),
        "left_out": say("非数据行", "Left out"),
    }


def _receipt_rows(receipts: list[Receipt]) -> list[dict[str, Any]]:
    return [
        {
            "unit": r.drop.unit,
            "feed": r.drop.feed or "?",
            "file": r.drop.file_name,
            "records": r.records,
            "accepted": r.accepted,
            "rejected": r.rejected,
            "repeated": r.repeated,
            "left_out": r.left_out,
        }
        for r in receipts
    ]


_STATES = {
    "still_written": ("仍在写入，本次跳过", "still being written, left for now"),
    "not_readable": ("暂时不能读取，本次跳过", "cannot be read, left for now"),
    "refused": ("是链接或设备，不是文件，未读取", "a link or a device, not a file: not read"),
    "no_change": ("自上次以来无变化", "no change since the last time"),
    "source_failed": ("未能从数据库读取", "not read from the database"),
}
_SEVERITIES = {"reject": ("拒收", "rejected"), "warn": ("提醒", "warned")}
