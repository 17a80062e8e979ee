"""Commands of the intake desk: check, template, intake, replay, the steward's logged access."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from civic.cli.console import AsJson, console, print_json, say, table, working
from civic.cli.punctuality import due
from civic.cli.receipt_drawing import print_intake, print_receipt
from civic.errors import CivicError, DataAtFaultError
from civic.settings import Settings, load_settings

if TYPE_CHECKING:
    from ingestion.contracts import Contract
    from ingestion.intake import Collected

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
