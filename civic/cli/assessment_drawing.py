"""Scores and cards on the terminal.

Belongs here: what ``civic assess`` draws. Does not belong here: choosing what to draw
(``assessment``), computing it (``analytics.assessment``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from civic.cli.console import console, say, table
from civic.cli.report_drawing import as_figure, plain, text

if TYPE_CHECKING:
    import polars as pl

    from analytics.assessment.schemes import Indicator, Scheme
    from analytics.assessment.scorecards import Card
    from analytics.reports.semantic_manifest import Catalog

SHOWN = 40
VERDICTS = {
    "far below": ("远低于预期", "far below"),
    "below": ("低于预期", "below"),
    "as expected": ("与预期相当", "as expected"),
    "above": ("高于预期", "above"),
    "far above": ("远高于预期", "far above"),
}
OBJECTED = " ‡"
STATES = {
    "open": ("待复核", "open"),
    "upheld": ("成立", "upheld"),
    "rejected": ("不成立", "rejected"),
}
PARTS = {
    "ability": ("能", "ability"),
    "diligence": ("勤", "diligence"),
    "results": ("绩", "results"),
}
METHODS = {
    "given": ("方案权重", "weights as given"),
    "equal": ("等权", "equal weights"),
    "entropy": ("熵权", "entropy weights"),
    "critic": ("CRITIC 权重", "CRITIC weights"),
    "geometric": ("几何平均", "geometric mean"),
    "topsis": ("TOPSIS", "TOPSIS"),
}


def _peers_name(code: str, names: dict[str, str]) -> str:
    place, _, kind = code.partition("/")
    kinds = {"town": say(" 城镇", ", towns"), "village": say(" 乡村", ", villages")}
    if place == "all":
        return say("全部", "all")
    return names.get(place.ljust(12, "0"), place) + kinds.get(kind, "")


def _interval(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{low:.0f}–{high:.0f}"


def _standing(line: dict[str, Any]) -> str:
    if line["standing"] is None:
        return say("工作量不足，不评分", "too little work to judge")
    return say(*VERDICTS[line["standing"]])


def draw_scores(
    scheme: Scheme,
    own: pl.DataFrame,
    period: str,
    names: dict[str, str],
    objected: frozenset[str] = frozenset(),
) -> None:
    """Print a table of scores for each group of peers; ``objected``: whose is objected to."""
    from analytics.reports.wording import period_name

    for (peers,), group in own.group_by("peers", maintain_order=True):
        rows = [
            {
                "subject": f"{line['subject']}{OBJECTED * (line['subject'] in objected)}",
                "unit": line["unit"] or "",
                "score": "—" if line["score"] is None else f"{line['score']:.0f}",
                "interval": _interval(line["score_low"], line["score_high"]),
                "rank": "" if line["rank"] is None else f"{line['rank_low']}–{line['rank_high']}",
                "standing": _standing(line),
            }
            for line in group.to_dicts()
        ]
        ranked = group["of"].drop_nulls()
        among = ranked[0] if len(ranked) else 0
        headings = {
            "subject": say("对象", "subject"),
            "unit": say("单位", "unit"),
            "score": say("得分", "score"),
            "interval": say("区间", "interval"),
            "rank": say(f"名次（共 {among}）", f"rank of {among}"),
            "standing": say("与预期相比", "against what was expected"),
        }
        title = (
            f"{text(scheme.title)} · {_peers_name(str(peers), names)} · {text(period_name(period))}"
        )
        console.print(table(title, headings, rows[:SHOWN]))
        if len(rows) > SHOWN:
            more = len(rows) - SHOWN
            console.print(say(f"另有 {more} 个：--json", f"and {more} more: --json"), style="dim")
    if objected:
        console.print(
            say(
                f"{OBJECTED.strip()} 有异议待复核：civic assess objections",
                f"{OBJECTED.strip()} an objection is open: civic assess objections",
            ),
            style="dim",
        )


def draw_methods(methods: pl.DataFrame) -> None:
    """Say how ranks go along with those of other methods."""
    said = "; ".join(
        f"{say(*METHODS[line['method']])} {line['correlation']:.2f}"
        for line in methods.drop_nans("correlation").to_dicts()
    )
    if not said:
        return
    console.print(
        say(
            f"换一种方法，名次与方案的相关系数：{said}。",
            f"By other methods ranks go along with these by: {said}.",
        ),
        style="dim",
    )


def draw_card(card: Card, catalog: Catalog, names: dict[str, str]) -> None:
    """Print a card: its score, indicators, figures, history and ranks by method."""
    from analytics.reports.wording import period_name

    line = card.score
    title = f"{text(card.scheme.title)} {line['subject']} · {text(period_name(line['period']))}"
    console.print(plain(title), style="bold", highlight=False)
    where = " · ".join(filter(None, (line["unit"], _peers_name(line["peers"], names))))
    if line["score"] is None:
        console.print(plain(f"{where} · {_standing(dict(line))}"), highlight=False)
    else:
        ranked = say(
            f"名次 {line['rank_low']}–{line['rank_high']}（共 {line['of']}）",
            f"rank {line['rank_low']}–{line['rank_high']} of {line['of']}",
        )
        score = f"{line['score']:.0f} ({_interval(line['score_low'], line['score_high'])})"
        parts = (where, f"{say('得分', 'score')} {score}", ranked, _standing(dict(line)))
        console.print(plain(" · ".join(parts)), highlight=False)
    indicators = {one.name: one for one in card.scheme.indicators}
    headings = {
        "part": say("方面", "part"),
        "indicator": say("指标", "indicator"),
        "value": say("实际", "figure"),
        "expected": say("预期", "expected"),
        "verdict": say("比预期", "against it"),
        "score": say("得分", "score"),
        "weight": say("权重", "weight"),
        "change": say("若达预期", "if as expected"),
    }
    rows = [_card_row(one, indicators[one["indicator"]], catalog) for one in card.lines]
    console.print(table("", headings, rows))
    for one in card.lines:
        title = text(indicators[one["indicator"]].title)
        figures = " ".join(one["cell_ids"]) or "—"
        console.print(plain(f"{title}: {figures}"), style="dim", highlight=False)
    _draw_history(card)
    ranks = "; ".join(f"{say(*METHODS[name])} {rank}" for name, rank in card.ranks.items())
    if ranks:
        console.print(say(f"各方法下的名次：{ranks}。", f"Rank by method: {ranks}."), style="dim")
    console.print(
        say(
            "预期：同样工作条件下他人的水平。编号可用 civic trace 查到原始行；"
            "得分供人参考，由人决定。",
            "Expected: what others did with the same mix of work. civic trace leads from a figure "
            "to its rows; a person decides.",
        ),
        style="dim",
    )


def _card_row(line: Any, indicator: Indicator, catalog: Catalog) -> dict[str, str]:
    metric = catalog.metric(line["metric"])
    judged = line["is_judged"]
    return {
        "part": say(*PARTS[indicator.part]),
        "indicator": text(indicator.title),
        "value": as_figure(metric, line["value"]),
        "expected": as_figure(metric, line["expected"]),
        "verdict": say(*VERDICTS[line["verdict"]])
        if judged
        else say(f"不足 {indicator.at_least} 件", "too little work"),
        "score": f"{line['score']:.0f}" if judged else "—",
        "weight": f"{line['weight']:.0%}" if judged else "—",
        "change": f"{line['if_expected']:+.1f}" if judged else "",
    }


def _draw_history(card: Card) -> None:
    said = []
    for line in card.history.to_dicts():
        score = "—"
        if line["score"] is not None:
            score = f"{line['score']:.0f} ({_interval(line['score_low'], line['score_high'])})"
        said.append(f"{line['period']} {score}")
    console.print(say("历次：", "Over time: ") + "; ".join(said), highlight=False)


def draw_objections(raised: pl.DataFrame, changed: pl.DataFrame) -> None:
    """Print the objections to a score below its card, and what the upheld ones changed."""
    for one in raised.to_dicts():
        console.print(plain(_objection(one)), highlight=False)
        said = " · ".join(filter(None, (one["grounds"], one["reply"])))
        if said:
            console.print(plain(f"  {said}"), style="dim", highlight=False)
    for one in changed.to_dicts():
        console.print(plain(_revision(one)), highlight=False)


def draw_all_objections(raised: pl.DataFrame, changed: pl.DataFrame, number: int) -> None:
    """Print every objection on a line, and the scores that are revised."""
    headings = {
        "objection_no": say("异议编号", "objection"),
        "subject": say("对象", "subject"),
        "period": say("期间", "period"),
        "matter_no": say("事项", "matter"),
        "raised_on": say("提出", "raised"),
        "state": say("结论", "state"),
        "answered_on": say("复核", "answered"),
    }
    rows = [
        {name: str(one[name] or "") for name in headings} | {"state": say(*STATES[one["state"]])}
        for one in raised.head(SHOWN).to_dicts()
    ]
    title = say("考核异议", "Objections to scores")
    if rows:
        console.print(table(f"{title} ({raised.height})", headings, rows))
    else:
        console.print(f"[green]✓[/] {title}: {say('无', 'none')}", highlight=False)
    for one in changed.to_dicts():
        console.print(plain(_revision(one)), highlight=False)
    console.print(
        say(
            f"第 {number} 号发布。异议成立的事项不计入该期得分，原得分仍列于旁。",
            f"Publication {number}. A matter of an objection that is upheld does not count in that "
            "score; what it was stands beside it.",
        ),
        style="dim",
    )


def _objection(one: dict[str, Any]) -> str:
    state = say(*STATES[one["state"]])
    aside = say(f"，{one['sets_aside']} 件不计入", f", {one['sets_aside']} set aside")
    about = say(
        f"异议 {one['objection_no']}（{one['raised_on']}）：{state}",
        f"Objection {one['objection_no']} of {one['raised_on']}: {state}",
    )
    return about + (aside if one["sets_aside"] else "")


def _revision(one: dict[str, Any]) -> str:
    was, now = ("—" if one[n] is None else f"{one[n]:.1f}" for n in ("score_before", "score"))
    named = ", ".join(one["objections"])
    return say(
        f"{one['subject']} {one['period']} 得分因异议 {named} 由 {was} 修订为 {now}",
        f"{one['subject']} {one['period']}: by {named} the score of {was} is revised to {now}",
    )
