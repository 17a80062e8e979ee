"""Commands of the intake desk: check, template, intake, replay, the steward's logged access."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from civic.cli.console import AsJson, console, print_json, printable, say, table, working
from civic.cli.punctuality import due
from civic.errors import CivicError, DataAtFaultError
from civic.settings import Settings, load_settings

if TYPE_CHECKING:
    from ingestion.contracts import Contract
    from ingestion.intake import Collected, Receipt

drop_app = typer.Typer(no_args_is_help=True, help="Files before and after they are taken in.")


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.add_typer(drop_app, name="drop")
    drop_app.command()(due)
    app.command()(intake)
    app.command()(replay)
    app.command()(resolve)


@drop_app.command()
def check(
    file: Annotated[Path, typer.Argument(help="The file that you are about to send.")],
    feed: Annotated[str | None, typer.Option(help="Its feed; else known by its headings.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say what would become of a file, without taking anything in."""
    from ingestion.intake import check as dry_run

    settings = load_settings()
    contracts = _contracts(settings)
    with working(say("正在检查…", "Checking…")):
        receipt = dry_run(contracts, file, feed)
    if as_json:
        print_json(receipt.to_dict())
    else:
        print_receipt(receipt)
    if receipt.status == "refused" or receipt.rejected:
        raise typer.Exit(1)


@drop_app.command()
def template(
    feed: Annotated[str, typer.Argument(help="The feed to fill in.")],
    out: Annotated[Path | None, typer.Option(help="Where to write it.")] = None,
) -> None:
    """Make an XLSX to fill in: headings, drop-down lists, explanations."""
    from ingestion.contracts.template import write_template

    contract = _contract(_contracts(load_settings()), feed)
    path = out or Path(f"{feed}.xlsx")
    write_template(contract, path)
    console.print(say(f"已写出 {path}", f"Written: {path}"), markup=False)


@drop_app.command(name="list")
def list_drops(as_json: AsJson = False) -> None:
    """All drops that were ever kept."""
    from ingestion.intake import read_drops

    drops = [
        {
            "drop": d.drop_id,
            "unit": d.unit,
            "feed": d.feed,
            "file": d.file_name,
            "as_of": f"{d.as_of:%Y-%m-%d}",
            "received": f"{d.received_at:%Y-%m-%d %H:%M}",
        }
        for d in read_drops(load_settings())
    ]
    if as_json:
        print_json(drops)
        return
    columns = {
        "drop": say("投递", "Drop"),
        "unit": say("单位", "Unit"),
        "feed": say("数据源", "Feed"),
        "file": say("文件", "File"),
        "as_of": say("数据日期", "As of"),
    }
    console.print(table(say("全部投递", "Drops"), columns, drops))


def intake(
    paths: Annotated[list[Path] | None, typer.Argument(help="Default: the drop folder.")] = None,
    unit: Annotated[str | None, typer.Option(help="The unit that left the files.")] = None,
    feed: Annotated[
        str | None, typer.Option(help="Their feed; else by folder or headings.")
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="A unit's database instead of files: sources/NAME.yml.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take in whole files or a unit's database: receipts to the outbox, accepted rows to bronze."""
    from ingestion.intake import answer_at_the_door, take_in

    settings = load_settings()
    contracts = _contracts(settings)
    collected = _collected(settings, contracts, paths or [], unit, feed, source)
    with working(say("正在接收…", "Taking in…")):
        receipts = take_in(settings, contracts)
        answer_at_the_door(settings, collected)
    states = [
        {
            "file": str(c.path),
            "state": c.state,
            "detail": c.detail,
            "detail_zh": c.detail_zh or c.detail,
            "drop": c.drop and c.drop.drop_id,
        }
        for c in collected
    ]
    if as_json:
        print_json({"files": states, "receipts": [r.to_dict() for r in receipts]})
    else:
        print_intake(states, receipts, settings)
    failed = any(c.state == "source_failed" for c in collected)
    if failed or any(r.status == "refused" for r in receipts):
        raise typer.Exit(1)


def replay(
    drop: Annotated[str, typer.Argument(help="Drop id, SHA-256 or file name.")],
    as_json: AsJson = False,
) -> None:
    """Take a drop in again from its kept original, under the contracts of today."""
    from ingestion.intake import find_drop
    from ingestion.intake import replay as again

    settings = load_settings()
    receipt = again(settings, _contracts(settings), find_drop(settings, drop))
    if as_json:
        print_json(receipt.to_dict())
    else:
        print_receipt(receipt)
    if receipt.status == "refused":
        raise DataAtFaultError(say("该投递仍被整批退回。", "The drop is still refused as a whole."))


def resolve(
    pseudonym: Annotated[str, typer.Argument(help="A pseudonym, as it stands in the lake.")],
    reason: Annotated[str, typer.Option(help="Why you need to know; it is logged.")],
    as_json: AsJson = False,
) -> None:
    """Look up who stands behind a pseudonym. Every look-up is logged with its reason."""
    from ingestion.vault import load_keys, open_vault

    if len(reason.strip()) < 5:
        raise CivicError("A reason of at least five characters is needed.", "Say why: --reason …")
    settings = load_settings()
    with open_vault(settings, load_keys(settings)) as vault:
        found = vault.resolve(pseudonym, getpass.getuser(), reason.strip())
    if as_json:
        print_json(found)
    elif found:
        for identity in found:
            console.print({k: v for k, v in identity.items() if v is not None})
    if not found:
        raise DataAtFaultError("Nobody is known by that pseudonym.")


def _collected(
    settings: Settings,
    contracts: dict[str, Contract],
    paths: list[Path],
    unit: str | None,
    feed: str | None,
    source: str | None,
) -> list[Collected]:
    from ingestion.intake import collect

    if source is None:
        with working(say("正在收取文件…", "Collecting files…")):
            return collect(settings, contracts, paths, unit, feed)
    if paths or unit or feed:
        raise CivicError(
            "--source stands alone: the source says which unit and which feeds.",
            zh="--source 单独使用：单位和数据源由来源文件写明。",
        )
    from ingestion.sources import extract

    with working(say("正在读取数据库…", "Reading the database…")):
        return extract(settings, contracts, source)


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


def _contracts(settings: Settings) -> dict[str, Contract]:
    from ingestion.contracts import load_contracts

    return load_contracts(settings.contract_paths)


def _contract(contracts: dict[str, Contract], feed: str) -> Contract:
    from ingestion.intake.collecting import no_such_feed

    if feed not in contracts:
        raise no_such_feed(feed, contracts)
    return contracts[feed]


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)
