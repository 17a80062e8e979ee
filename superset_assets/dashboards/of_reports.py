"""Dashboards of reports: the same page for each, made from what the report has.

Belongs here: which charts a report's page has. Does not belong here: pages that are written by hand
(the YAML beside this module).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from civic.errors import CivicError
from superset_assets.charts import Measures
from superset_assets.declared import ROOM, Dashboard, expanded, read

MOST_CARDS, MOST_LINES, MOST_COLUMNS = 12, 5, 6
GRAINS = ("month", "all")


def report_dashboards(reports: Iterable[Mapping[str, Any]], measures: Measures) -> list[Dashboard]:
    """One dashboard for each report that ``reports.yaml`` names, in its order."""
    stated = read(ROOM / "dashboards" / "reports.yaml")["reports"]
    known = {report["name"]: report for report in reports}
    return [
        _dashboard(known[name], measures, wanted or {})
        for name, wanted in stated.items()
        if name in known
    ]


def _dashboard(
    report: Mapping[str, Any], measures: Measures, wanted: Mapping[str, Any]
) -> Dashboard:
    names = list(wanted.get("measures") or report["measures"])
    grain = next(g for g in GRAINS if any((m, "", g) in report["ways"] for m in names))
    monthly = grain == "month"
    about = {"report": report["name"], "grain": grain}
    cards = [m for m in names if (m, "", grain) in report["ways"]][:MOST_CARDS]
    rows: list[tuple[Mapping[str, Any], ...]] = [
        ({**_said("cards", "指标", "Measures"), **about, "key": "cards", "measures": cards},)
    ]
    if monthly:
        rows.append(tuple(_trends(cards, measures, about)))
    rows.append(
        (
            {
                **_said(
                    "by_place", "按地区（点击地区名下钻）", "By place (click a place to open it)"
                ),
                **about,
                "key": "places",
                "measures": cards[:MOST_COLUMNS],
                "height": 400,
            },
        )
    )
    rows += _divided(report, names, measures, about)
    rows.append(
        (
            {
                **_said("table", "每个数字及其来源", "Every figure and its sources"),
                **about,
                "key": "figures",
                "measures": names,
                "height": 440,
                "columns": [
                    "measure",
                    "slice",
                    "said",
                    "change_said",
                    "chance_said",
                    "unit_of_measure",
                    "source_rows",
                    "trace",
                ],
                "order": [("position", True), ("slice", True)],
            },
        )
    )
    filters = ("place", "period") if monthly else ("place",)
    whole = tuple(one for row in rows for one in expanded(row))
    return Dashboard(report["name"], report["title"], report["notes"], filters, whole)


def _trends(
    names: list[str], measures: Measures, about: Mapping[str, Any]
) -> Iterable[Mapping[str, Any]]:
    """Counts and shares apart: they do not share a scale."""
    counts = [m for m in names if m not in measures.shares and not measures.decimals[m]]
    shares = [m for m in names if m in measures.shares]
    others = [m for m in names if m not in counts and m not in shares]
    kinds = [
        (counts, "counts", "逐月数量", "Counts by month"),
        (shares, "shares", "逐月比率", "Shares by month"),
        (others, "others", "逐月均值", "Means by month"),
    ]
    there = [kind for kind in kinds if kind[0]]
    for chosen, key, zh, en in there:
        yield {
            **_said("trend", zh, en),
            **about,
            "key": key,
            "measures": chosen[:MOST_LINES],
            "width": 12 // len(there),
            "height": 360,
        }


def _divided(
    report: Mapping[str, Any], names: list[str], measures: Measures, about: Mapping[str, Any]
) -> list[tuple[Mapping[str, Any], ...]]:
    """For each way of dividing by one dimension the first count and share, two in a row."""
    grain = about["grain"]
    charts = []
    for by in sorted({by for _, by, g in report["ways"] if by and "," not in by and g == grain}):
        if by == "unit":
            continue
        if by not in DIVIDED:
            raise CivicError(f"{report['name']} is divided by {by}: DIVIDED has no words for it.")
        there = [m for m in names if (m, by, grain) in report["ways"]]
        first = [m for m in there if m not in measures.shares][:1]
        for chosen in first + [m for m in there if m in measures.shares][:1]:
            zh, en = DIVIDED[by]
            charts.append(
                {
                    **_said(
                        "bars",
                        f"{measures.said[chosen, 'zh']}：{zh}",
                        f"{measures.said[chosen, 'en']} {en}",
                    ),
                    **about,
                    "key": f"{chosen}_by_{by}",
                    "measures": [chosen],
                    "by": [by],
                    "width": 6,
                    "height": 400 if by in SHORT else 560,
                }
            )
    pairs = [tuple(charts[at : at + 2]) for at in range(0, len(charts), 2)]
    return [pair if len(pair) == 2 else ({**pair[0], "width": 12},) for pair in pairs]


SHORT = {
    "outcome",
    "phase",
    "state",
    "route",
    "standing",
    "net",
    "level",
    "event_level",
    "event_scale",
}
"""Ways of dividing with few classes; of others up to twenty bars want the room for their names."""
DIVIDED = {
    "category": ("按类别", "by category"),
    "feed": ("按数据来源", "by feed"),
    "kind": ("按种类", "by kind"),
    "state": ("按状态", "by state"),
    "net": ("按防控网", "by net"),
    "phase": ("按阶段", "by phase"),
    "module": ("按模块", "by module"),
    "event_level": ("按等级", "by level"),
    "event_scale": ("按规模", "by scale"),
    "outcome": ("按结果", "by outcome"),
    "unit_name": ("按承办单位", "by unit in charge"),
    "unit_label": ("按单位", "by unit"),
    "unit_kind": ("按单位种类", "by kind of unit"),
    "item_label": ("按工作事项", "by work item"),
    "answered_by": ("按反馈单位", "by unit that answers"),
    "level": ("按层级", "by level of place"),
    "route": ("按下达方式", "by route"),
    "standing": ("按进度", "by standing"),
    "issuer_level": ("按部署层级", "by level of the issuer"),
    "recipient_level": ("按接收层级", "by level of the recipient"),
    "recipient_label": ("按接收单位", "by recipient"),
}


def _said(kind: str, zh: str, en: str) -> dict[str, Any]:
    return {"kind": kind, "title": {"zh": zh, "en": en}}
