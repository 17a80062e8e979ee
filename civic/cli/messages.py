"""``civic messages`` (sort, same, topics): citizens' messages understood.

Belongs here: how suggestions and groups look in the terminal. Does not belong here: making them
(``analytics.trends.messages``).
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from civic.cli.console import AsJson, Publication, console, print_json, say, table
from civic.cli.counting import draw_found
from civic.errors import CivicError
from civic.settings import load_settings

if TYPE_CHECKING:
    import polars as pl

SHOWN = 20
CUT = 24
NAMED = 4
STAGED = "lake.staging.stg_grid_information__citizen_message"

messages = typer.Typer(
    no_args_is_help=True, help="Citizens' messages: which category, and which say the same."
)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(messages, name="messages")


@messages.command("sort")
def sort(
    taxonomy: Annotated[
        Path | None,
        typer.Option(help="XLSX or CSV: first column the category, the others words below it."),
    ] = None,
    publication: Publication = None,
    as_json: AsJson = False,
) -> None:
    """Suggest a category for messages without one, and show where the given one is doubtful."""
    import polars as pl

    from analytics.trends.messages.sorting import train

    found, number = _messages(publication)
    known = found.filter(pl.col("category").is_not_null())
    words = _taxonomy(taxonomy) if taxonomy else None
    sorter = train(_texts(known), known["category"].to_list(), words)
    without = found.filter(pl.col("category").is_null())
    suggested = pl.concat(
        [
            without.select("message_no", "subject", given="category"),
            sorter.sort(_texts(without)),
        ],
        how="horizontal",
    )
    doubted = pl.concat(
        [known.select("message_no", "subject", given="category"), sorter.held_back],
        how="horizontal",
    ).filter((pl.col("category") != pl.col("given")) & pl.col("is_sure"))
    if as_json:
        entries = {"suggested": suggested.to_dicts(), "doubted": doubted.to_dicts()}
        print_json(
            {"publication": number, "learnt": known.height, "sure_from": sorter.sure_from} | entries
        )
        return
    _draw_sorted(suggested, doubted, known.height, number)


@messages.command("same")
def same(
    threshold: Annotated[
        float, typer.Option(min=0.3, max=1.0, help="How alike; 1 is the same text.")
    ] = 0.6,
    publication: Publication = None,
    as_json: AsJson = False,
) -> None:
    """Show messages that say nearly the same: sent twice, copied, or written again."""
    from analytics.trends.messages.same import groups, near_duplicates

    found, number = _messages(publication)
    pairs = near_duplicates(_texts(found), threshold)
    grouped = groups(pairs, found.height)
    numbers, subjects = found["message_no"].to_list(), found["subject"].to_list()
    if as_json:
        entries = [[numbers[at] for at in group] for group in grouped]
        print_json({"publication": number, "messages": found.height, "groups": entries})
        return
    rows = [
        {
            "count": len(group),
            "subject": (subjects[group[0]] or "")[:CUT],
            "numbers": " ".join(numbers[at] for at in group[:NAMED])
            + (" …" if len(group) > NAMED else ""),
        }
        for group in grouped[:SHOWN]
    ]
    headings = {
        "count": say("件数", "messages"),
        "subject": say("主题（首件）", "subject (of the first)"),
        "numbers": say("编号", "numbers"),
    }
    console.print(table(say("内容相近的留言", "Messages that say the same"), headings, rows))
    more = max(0, len(grouped) - SHOWN)
    console.print(
        say(
            f"第 {number} 号发布：{found.height} 件留言中有 {len(grouped)} 组"
            + (f"，另有 {more} 组：--json。" if more else "。")
            + "文字相近不等于同一件事，请人核实。",
            f"Publication {number}: {len(grouped)} groups of {found.height} messages"
            + (f", {more} more: --json. " if more else ". ")
            + "The same words need not be the same matter: look before you join them.",
        ),
        style="dim",
    )


@messages.command("topics")
def topics(
    months: Annotated[int, typer.Option(min=1, max=12, help="The last so many months.")] = 1,
    publication: Publication = None,
    as_json: AsJson = False,
) -> None:
    """Show what people have begun to write about: words that earlier messages had not."""
    import polars as pl

    from analytics.trends.messages.topics import emerging

    found, number = _messages(publication)
    last = found["sent_at"].max()
    if not isinstance(last, datetime):
        raise CivicError("No message says when it was sent.", zh="留言都没有发送时间。")
    since = pl.lit(last).dt.month_start().dt.offset_by(f"-{months - 1}mo").dt.truncate("1d")
    dated = found.filter(pl.col("sent_at").is_not_null()).with_columns(
        is_recent=pl.col("sent_at") >= since
    )
    made = emerging(_texts(dated), dated["is_recent"].to_list())
    numbers = dated["message_no"].to_list()
    rows = [
        {
            "words": "、".join(topic.words),
            "came": str(len(topic.messages)),
            "usual": f"{topic.usual:.1f}",
            "numbers": " ".join(numbers[at] for at in topic.messages[:NAMED])
            + (" …" if len(topic.messages) > NAMED else ""),
        }
        for topic in made[:SHOWN]
    ]
    if as_json:
        entries = [
            {**asdict(topic), "messages": [numbers[at] for at in topic.messages]} for topic in made
        ]
        print_json({"publication": number, "messages": dated.height, "topics": entries})
        return
    headings = {
        "words": say("新出现的词", "new words"),
        "came": say("件数", "messages"),
        "usual": say("以往", "usual"),
        "numbers": say("编号", "numbers"),
    }
    draw_found(say("新话题", "New topics"), headings, rows, slice(1, 3))
    recent = int(dated["is_recent"].sum())
    console.print(
        say(
            f"第 {number} 号发布：近 {months} 个月 {recent} 件，与此前 {dated.height - recent} 件"
            "相比；内容相近的只算一件。词语由文字本身得出，请看原文再下结论。",
            f"Publication {number}: {recent} messages of the last {months} months against "
            f"{dated.height - recent} before; copies count once. Words come from the texts "
            "themselves: read the messages before you conclude.",
        ),
        style="dim",
    )


def _messages(publication: int | None) -> tuple[pl.DataFrame, int]:
    """The messages in force: ``message_no, subject, body, category, sent_at``; texts as intake left
    them."""
    from publishing.publications import open_publication

    with open_publication(load_settings(), publication) as opened:
        found = opened.connection.execute(
            f"select message_no, subject, body, category, sent_at from {STAGED} order by message_no"
        ).pl()
        return found, opened.number


def _texts(found: pl.DataFrame) -> list[tuple[str, str]]:
    return [(s or "", b or "") for s, b in found.select("subject", "body").iter_rows()]


def _taxonomy(path: Path) -> dict[str, list[str]]:
    """Category to the words below it; a blank in the file repeats the line above."""
    import polars as pl

    try:
        lines = pl.read_csv(path) if path.suffix.lower() == ".csv" else pl.read_excel(path)
        if lines.width < 2:
            raise ValueError("a column of categories and one of words are needed")
    except (OSError, ValueError, pl.exceptions.PolarsError) as error:
        raise CivicError(f"{path} cannot be read: {error}", zh=f"无法读取 {path}。") from error
    words: dict[str, list[str]] = {}
    for category, *below in lines.fill_null(strategy="forward").iter_rows():
        words.setdefault(str(category), []).extend(str(word) for word in below if word)
    return words


def _draw_sorted(suggested: pl.DataFrame, doubted: pl.DataFrame, learnt: int, number: int) -> None:
    for title, found in (
        (say("没有类别的留言", "Messages without a category"), suggested),
        (say("类别可能有误的留言", "Messages whose category is doubtful"), doubted),
    ):
        if found.is_empty():
            console.print(f"[green]✓[/] {title}: {say('无', 'none')}", highlight=False)
            continue
        ordered = found.sort("probability", descending=True)
        rows = [_sorted_row(row) for row in ordered.head(SHOWN).to_dicts()]
        headings = {
            "message": say("编号", "number"),
            "subject": say("主题", "subject"),
            "given": say("现有类别", "given"),
            "category": say("建议类别", "suggested"),
            "probability": say("概率", "probability"),
        }
        console.print(table(f"{title} ({found.height})", headings, rows))
    console.print(
        say(
            f"第 {number} 号发布，从 {learnt} 件已分类的留言学习。“请人定”：没有把握，由人决定。",
            f"Publication {number}, learnt from {learnt} messages with a category. "
            "'Unsure': a person decides.",
        ),
        style="dim",
    )


def _sorted_row(row: dict[str, Any]) -> dict[str, str]:
    return {
        "message": row["message_no"],
        "subject": (row["subject"] or "")[:CUT],
        "given": row["given"] or "",
        "category": row["category"] if row["is_sure"] else say("请人定", "unsure"),
        "probability": f"{row['probability']:.0%}",
    }
