"""``civic assess`` (list, show, card): how work is assessed, and what a score is made of.

Belongs here: how scores look in the terminal. Does not belong here: computing them
(``analytics.assessment``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from civic.cli.assessment_drawing import (
    PARTS,
    SHOWN,
    draw_all_objections,
    draw_card,
    draw_methods,
    draw_objections,
    draw_scores,
)
from civic.cli.console import AsJson, Publication, console, print_json, say, table
from civic.cli.report_drawing import text
from civic.errors import CivicError
from civic.settings import load_settings

if TYPE_CHECKING:
    import polars as pl

    from analytics.assessment.schemes import Scheme
    from publishing.publications import OpenPublication


assess = typer.Typer(
    no_args_is_help=True, help="Scores of work: fair to what there was to do, opened down to rows."
)

Period = Annotated[str | None, typer.Option("--period", help="As 2026-Q3; else the last.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(assess, name="assess")


@assess.command("list")
def list_all(as_json: AsJson = False) -> None:
    """Show the declared schemes and their indicators."""
    from dataclasses import asdict

    from analytics.assessment.schemes import load_schemes

    schemes = load_schemes()
    if as_json:
        print_json([asdict(scheme) for scheme in schemes.values()])
        return
    for scheme in schemes.values():
        rows = [
            {
                "indicator": text(one.title),
                "part": say(*PARTS[one.part]),
                "metric": one.metric,
                "weight": f"{one.weight:.0%}",
                "allows": ", ".join(one.mix) or "—",
            }
            for one in scheme.indicators
        ]
        headings = {
            "indicator": say("指标", "indicator"),
            "part": say("方面", "part"),
            "metric": say("度量", "measure"),
            "weight": say("权重", "weight"),
            "allows": say("已考虑的工作条件", "allowed for"),
        }
        title = f"{scheme.name} v{scheme.version} · {text(scheme.title)}"
        console.print(table(title, headings, rows))


@assess.command("show")
def show(
    scheme: Annotated[str, typer.Argument(help="As listed.")],
    period: Period = None,
    place: Annotated[
        str | None, typer.Option("--place", help="Only peers of this place, by code or name.")
    ] = None,
    publication: Publication = None,
    as_json: AsJson = False,
) -> None:
    """Show scores with their intervals, and ranks among peers as far as they are known."""
    from analytics.assessment.sensitivity import agreement, ranks_by_method
    from publishing.publications import open_publication

    with open_publication(load_settings(), publication) as opened:
        chosen = _scheme(opened, scheme)
        scores = opened.table("scores").filter(scheme=chosen.name)
        indicators = opened.table("score_indicators").filter(scheme=chosen.name)
        names = _places(opened)
        number = opened.number
        raised = _told(opened, "objections").filter(scheme=chosen.name)
        if place:
            scores = _of_place(opened, scores, place)
    if scores.is_empty() and not place:
        raise _too_few(chosen)
    asked = _asked_period(scores, period)
    own = scores.filter(period=asked).sort(
        "peers", "score", "subject", descending=[False, True, False], nulls_last=True
    )
    methods = agreement(ranks_by_method(chosen, scores, indicators, asked))
    if as_json:
        entries = {"scores": own.to_dicts(), "methods": methods.to_dicts()}
        print_json({"publication": number, "scheme": chosen.name, "period": asked, **entries})
        return
    draw_scores(chosen, own, asked, names, _open_against(raised, asked))
    draw_methods(methods)
    console.print(
        say(
            f"第 {number} 号发布。区间为 90%；整个区间在 50 的一侧且有指标超出漏斗图界限，"
            "才算高于或低于预期；排名只在区间内可信。"
            "得分供人参考，由人决定；civic assess card 工号查看构成。",
            f"Publication {number}. Intervals are of 90 %; above or below is said only where "
            "all of it is, and an indicator lies outside its funnel's limits. A rank is known "
            "within its interval only. A person decides; civic assess card NUMBER opens a score.",
        ),
        style="dim",
    )


@assess.command("card")
def card(
    subject: Annotated[str, typer.Argument(help="A staff number or a unit's name.")],
    scheme: Annotated[
        str | None, typer.Option("--scheme", help="Where the subject stands in several.")
    ] = None,
    period: Period = None,
    publication: Publication = None,
    as_json: AsJson = False,
) -> None:
    """Show what a score is made of: indicators, the figures below them, what would change it."""
    from analytics.assessment.scorecards import card_of
    from publishing.publications import open_publication
    from publishing.serving_tables import catalog_of

    with open_publication(load_settings(), publication) as opened:
        scores, indicators = opened.derived("scores"), opened.derived("score_indicators")
        if scheme is None:
            there = scores.filter(subject=subject)["scheme"].unique().sort().to_list()
            scheme = there[0] if there else next(iter(_schemes(opened)))
        made = card_of(_scheme(opened, scheme), scores, indicators, subject, period)
        catalog, names, number = catalog_of(opened), _places(opened), opened.number
        about = {"scheme": scheme, "subject": subject, "period": made.score["period"]}
        raised = _told(opened, "objections").filter(**about)
        changed = _told(opened, "score_revisions").filter(**about)
    if as_json:
        print_json(
            {
                "publication": number,
                "score": made.score,
                "indicators": list(made.lines),
                "history": made.history.to_dicts(),
                "ranks": made.ranks,
                "objections": raised.to_dicts(),
                "revised": changed.to_dicts(),
            }
        )
        return
    draw_card(made, catalog, names)
    draw_objections(raised, changed)


@assess.command("objections")
def objections(publication: Publication = None, as_json: AsJson = False) -> None:
    """Show objections to scores, the latest first, their answers and what they changed."""
    from publishing.publications import open_publication

    with open_publication(load_settings(), publication) as opened:
        raised = _told(opened, "objections").sort("raised_on", "objection_no", descending=True)
        changed, number = _told(opened, "score_revisions"), opened.number
    if as_json:
        entries = {"objections": raised.to_dicts(), "revised": changed.to_dicts()}
        print_json({"publication": number, **entries})
        return
    draw_all_objections(raised, changed, number)


@assess.command("review")
def review(
    scheme: Annotated[str, typer.Argument(help="As listed.")],
    period: Period = None,
    publication: Publication = None,
    as_json: AsJson = False,
) -> None:
    """Show records that look made for the score: for a person to look at, never scored."""
    from analytics.assessment.signs import SIGNS, signs_of, texts_of
    from ingestion.contracts import load_contracts
    from publishing.publications import open_publication

    settings = load_settings()
    texts = texts_of(load_contracts(settings.contract_paths))
    with open_publication(settings, publication) as opened:
        chosen = _scheme(opened, scheme)
        scores = opened.derived("scores").filter(scheme=chosen.name)
        asked = _asked_period(scores, period)
        found = signs_of(opened.connection, chosen, asked, texts)
        number = opened.number
    if as_json:
        print_json({"publication": number, "period": asked, "signs": found.to_dicts()})
        return
    rows = [
        {
            "subject": row["subject"],
            "sign": text(SIGNS[row["sign"]]),
            "records": f"{row['records']} / {row['of']}",
            "expected": f"{row['expected']:.1f}",
            "examples": " ".join(row["examples"][:3]),
        }
        for row in found.head(SHOWN).to_dicts()
    ]
    headings = {
        "subject": say("对象", "subject"),
        "sign": say("迹象", "sign"),
        "records": say("条数", "records"),
        "expected": say("按他人预期", "by others"),
        "examples": say("例（记录编号）", "such as"),
    }
    title = say(f"供核实的迹象 · {asked}", f"To be looked at · {asked}")
    if rows:
        console.print(table(f"{title} ({found.height})", headings, rows))
    else:
        console.print(f"[green]✓[/] {title}: {say('无', 'none')}", highlight=False)
    console.print(
        say(
            f"第 {number} 号发布。迹象多有正当原因，由人核实，不计入得分。",
            f"Publication {number}. Most signs have good reasons: a person looks. "
            "No score sees them.",
        ),
        style="dim",
    )


@assess.command("verify")
def verify(publication: Publication = None, as_json: AsJson = False) -> None:
    """Compute scores and alerts again from the publication's figures and rows, and compare."""
    from publishing.insights import is_of_this_version, recomputed
    from publishing.publications import open_publication
    from publishing.serving_tables import catalog_of

    with open_publication(load_settings(), publication) as opened:
        found = recomputed(opened, catalog_of(opened))
        current, number = is_of_this_version(opened), opened.number
    different = int(found["different"].sum())
    if as_json:
        print_json({"publication": number, "same_version": current, "tables": found.to_dicts()})
    else:
        headings = {
            "name": say("表", "table"),
            "lines": say("行数", "lines"),
            "different": say("不同", "different"),
        }
        title = say(f"第 {number} 号发布", f"Publication {number}")
        console.print(table(title, headings, found.to_dicts()))
        if different and not current:
            console.print(
                say(
                    "方法或程序版本已不同，差异不一定是错误。",
                    "Made by another version of methods or libraries: a difference is no fault.",
                ),
                style="dim",
            )
    if different and current:
        raise typer.Exit(1)


def _told(opened: OpenPublication, name: str) -> pl.DataFrame:
    """Objections or what they changed; none in a publication of before there were any."""
    from analytics.assessment.objections import OBJECTIONS, REVISED

    if opened.has(name):
        return opened.table(name)
    return {"objections": OBJECTIONS, "score_revisions": REVISED}[name].to_frame()


def _open_against(raised: pl.DataFrame, period: str) -> frozenset[str]:
    """Whose score of a period has an objection that was not answered."""
    return frozenset(raised.filter(period=period, state="open")["subject"])


def _too_few(scheme: Scheme) -> CivicError:
    from analytics.assessment.scoring import LEAST_SUBJECTS

    return CivicError(
        f"There are no scores of {scheme.name}: of fewer than {LEAST_SUBJECTS} who can be compared "
        "nobody can say who differs by more than chance.",
        "civic assess list shows the schemes.",
        zh=f"方案 {scheme.name} 没有得分：可比对象不足 {LEAST_SUBJECTS} 个，无法判断差异。",
        remedy_zh="civic assess list 列出各方案。",
    )


def _asked_period(scores: pl.DataFrame, period: str | None) -> str:
    known = sorted(scores["period"].unique())
    if not known or (period and period not in known):
        raise CivicError(
            f"There are scores of {', '.join(known) or 'no period'}.",
            zh=f"有得分的期间：{'、'.join(known) or '无'}。",
        )
    return period or str(known[-1])


def _schemes(opened: OpenPublication) -> dict[str, Scheme]:
    """The schemes as they were declared when the publication was made."""
    from analytics.assessment.schemes import scheme_of

    rows = opened.derived("schemes").iter_rows(named=True)
    return {row["scheme"]: scheme_of(row["definition"]) for row in rows}


def _scheme(opened: OpenPublication, name: str) -> Scheme:
    schemes = _schemes(opened)
    if name not in schemes:
        raise CivicError(
            f"There is no scheme {name}; there are {', '.join(schemes)}.",
            zh=f"没有考核方案 {name}；现有 {'、'.join(schemes)}。",
        )
    return schemes[name]


def _places(opened: OpenPublication) -> dict[str, str]:
    from analytics.reports.asking import known_places, place_names

    return place_names(known_places(opened.connection))


def _of_place(opened: OpenPublication, scores: pl.DataFrame, place: str) -> pl.DataFrame:
    import polars as pl

    from analytics.reports.asking import asked_for, known_places

    code = asked_for(known_places(opened.connection), place=place).place
    within = pl.col("peers").str.split("/").list.first()
    return scores.filter(pl.lit(code).str.starts_with(within))
