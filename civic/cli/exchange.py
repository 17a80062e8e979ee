"""``civic exchange``: what goes out - base lists to units, an extract for the province.

Belongs here: how both look in the terminal. Does not belong here: making them
(``publishing.exchange``).
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from civic.cli.console import (
    AsJson,
    Publication,
    chinese,
    console,
    print_json,
    say,
    short,
    table,
    working,
)
from civic.settings import load_settings

if TYPE_CHECKING:
    from publishing.exchange import BaseLists, ProvinceExtract

exchange = typer.Typer(no_args_is_help=True, help="What goes out to units and to the province.")

DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say what would be written, write nothing.")
]
_STATES = {
    "new": ("新", "new"),
    "changed": ("有变，已换", "replaced"),
    "unchanged": ("未变", "unchanged"),
}


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(exchange, name="exchange")


@exchange.command("base-list")
def base_list(
    publication: Publication = None, dry_run: DryRun = False, as_json: AsJson = False
) -> None:
    """Put the base list of new organisations into the outbox of each unit that answers about it."""
    from publishing.exchange import send_base_lists

    with working(say("正在编制名单…", "Making the lists…")):
        made = send_base_lists(load_settings(), number=publication, dry_run=dry_run)
    if as_json:
        print_json(asdict(made))
    else:
        _show_lists(made)


@exchange.command()
def province(
    out: Annotated[
        Path | None, typer.Option(help="Folder for v_<n>/. Default: outbox/province.")
    ] = None,
    publication: Publication = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Write the extract for the province: a CSV for each feed that may leave, and a manifest."""
    from publishing.exchange import write_province

    with working(say("正在编制上报数据…", "Writing the extract…")):
        made = write_province(load_settings(), out, number=publication, dry_run=dry_run)
    if as_json:
        print_json(asdict(made))
    else:
        _show_extract(made)


def _show_lists(made: BaseLists) -> None:
    if not made.lists:
        console.print(say("没有须答复的组织。", "There is no organisation to answer about."))
    columns = {
        "what": say("单位/数据源", "Unit/feed"),
        "asked": say("组织", "Asked"),
        "answered": say("已答", "Answered"),
        "waiting": say("未答", "Waiting"),
        "contradictory": say("矛盾", "Contrad."),
        "first_due": say("最早应答", "First due"),
        "state": say("名单", "List"),
    }
    rows = [
        {
            **asdict(one),
            "what": f"{one.unit}\n{one.feed}",
            "state": say(*_STATES[one.state]),
        }
        for one in made.lists
    ]
    if rows:
        title = say(
            f"第 {made.publication} 号发布的名单", f"Base lists of publication {made.publication}"
        )
        console.print(table(title, columns, rows))
    _say_what_is_odd(made)
    if made.dry_run:
        console.print(say("试运行，未写任何文件。", "Dry run: nothing was written."))
    elif made.lists:
        console.print(
            say("名单在 outbox/<单位>/base_list/", "Lists: outbox/<unit>/base_list/"), markup=False
        )


def _say_what_is_odd(made: BaseLists) -> None:
    """Lists that nobody is known to answer, organisations and feeds that none covers."""
    for one in made.lists:
        if not one.is_known:
            console.print(
                say(
                    f"{one.feed}：尚无单位报过，也无 drops/<单位>/{one.feed}/；"
                    f"名单暂放 outbox/{one.unit}/。",
                    f"{one.feed}: no unit has delivered it and no drops/<unit>/{one.feed}/ "
                    f"waits for one; the list lies in outbox/{one.unit}/.",
                ),
                markup=False,
            )
    for feed, count in made.nobodys.items():
        console.print(
            say(
                f"{feed}：{count:,} 家组织不在任何答复单位的辖区内，未下发。",
                f"{feed}: {count:,} organisations lie in no answering unit's area: not sent.",
            ),
            markup=False,
        )
    for feed in made.not_published:
        console.print(
            say(
                f"{feed}：该发布尚不含此数据源，请运行 civic run。",
                f"{feed}: not in this publication yet, run: civic run",
            ),
            markup=False,
        )
    if made.superseded:
        count = len(made.superseded)
        console.print(
            say(f"{count} 份旧名单移入 superseded/。", f"{count} older lists: see superseded/.")
        )


def _show_extract(made: ProvinceExtract) -> None:
    language = "zh" if chinese() else "en"
    number = made.manifest["publication"]["number"]
    columns = {
        "file": say("文件", "File"),
        "title": say("数据源", "Feed"),
        "rows": say("行", "Rows"),
        "period": say("期间", "Period"),
        "stay": say("未报栏目", "Fields kept"),
    }
    rows = [
        {
            "file": one["file"],
            "title": one[f"title_{language}"],
            "rows": one["rows"],
            "period": _period(one["period"]),
            "stay": len(one["fields_left_out"]),
        }
        for one in made.manifest["files"]
    ]
    title = say(f"第 {number} 号发布的上报数据", f"Extract of publication {number}")
    console.print(table(title, columns, rows))
    why: dict[str, list[str]] = {}
    for one in made.manifest["feeds_left_out"]:
        why.setdefault(one["reason"][language], []).append(one["feed"])
    left_out = [{"why": reason, "feeds": "\n".join(feeds)} for reason, feeds in why.items()]
    heads = {"feeds": say("不上报", "Not sent"), "why": say("原因", "Why")}
    console.print(table("", heads, left_out))
    if made.state == "dry_run":
        console.print(say("试运行，未写任何文件。", "Dry run: nothing was written."))
        return
    state = say("未变", "unchanged") if made.state == "unchanged" else say("已写出", "written")
    console.print(f"{short(made.folder)}: {state}", markup=False, soft_wrap=True)


def _period(period: dict[str, str | None]) -> str:
    first, last = period["from"], period["to"]
    if first is None or first == last:
        return first or ""
    return f"{first}\n{last}"
