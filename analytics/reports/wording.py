"""What a metric means and what a cell is, in words, in Chinese and English."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from typing import Any

from analytics.reports.coordinates import ALL, UNPLACED, parse_slices
from analytics.reports.metrics import Aggregate, Label, Metric
from analytics.reports.periods import UNDATED, words
from civic.settings import PROJECT_ROOT
from ingestion.contracts.model import Contract
from ingestion.contracts.modules import module_titles

WORK_ITEMS = PROJECT_ROOT / "dbt" / "seeds" / "work_items.csv"
_WEEKDAYS = tuple(
    zip("一二三四五六日", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True)
)
_FUNCTIONS = {
    "count": Label("的行数", "number of rows"),
    "sum_boolean": Label("符合“{0}”的行数", "number of rows where {0}"),
    "sum": Label("{0} 之和", "sum of {0}"),
    "count_distinct": Label("{0} 的不同值个数", "number of different {0}"),
    "average": Label("{0} 的平均值", "mean of {0}"),
    "median": Label("{0} 的中位数", "median of {0}"),
    "percentile": Label("{0} 的第 {1:g} 百分位数", "percentile {1:g} of {0}"),
    "min": Label("{0} 的最小值", "least {0}"),
    "max": Label("{0} 的最大值", "greatest {0}"),
}
_LEVELS = {
    "all": Label("全部地区", "All places"),
    "city": Label("市", "city"),
    "district": Label("区县", "district"),
    "street": Label("街道", "street"),
    "community": Label("社区", "community"),
    "grid": Label("网格", "grid"),
}
_REFERENCE = re.compile(r"\{\{\s*\w+\(\s*['\"](?:\w+__)?(\w+?)['\"][^}]*\}\}")


def definition(metric: Metric) -> Label:
    """How the metric is computed: the aggregation, the mart, the conditions, the date."""
    parts = [_aggregate(a) for a in metric.aggregates]
    time = metric.aggregates[0].time.label
    mart = metric.fact.mart.partition(".")[2]
    zh, en = " ÷ ".join(p.zh for p in parts), " divided by ".join(p.en for p in parts)
    once_zh = once_en = ""
    if not metric.adds_over_time:
        once_zh, once_en = "；每期只计一个日期", "; one date of each period counts"
    return Label(
        f"{mart} 中{zh}；按{time.zh}归入期间{once_zh}。",
        f"In {mart}: {en}; a row stands in the period of its date '{time.en}'{once_en}.",
    )


def filters(metric: Metric) -> tuple[str, ...]:
    """The conditions of the metric, as the semantic layer states them, each once."""
    found = (_plain(f.template) for a in metric.aggregates for f in a.filters)
    return tuple(dict.fromkeys(found))


def level_name(level: str) -> Label:
    """A level of the place path in words."""
    return _LEVELS[level]


def place_name(code: str, names: dict[str, str]) -> Label:
    """A place in words; what has no known place below another says so."""
    if code == ALL:
        return _LEVELS["all"]
    if code.endswith(UNPLACED):
        upper = place_name(code.removesuffix(UNPLACED), names)
        return Label(f"{upper.zh}（未定位到下级）", f"{upper.en} (not placed further)")
    name = names.get(code, code)
    return Label(name, name)


def names_told_apart(known: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Names by code; where several places share one, with the name of what they lie in before.

    ``known``: by code ``place_name`` and ``parent_code``.
    """
    counted: dict[str, int] = {}
    for row in known.values():
        counted[row["place_name"]] = counted.get(row["place_name"], 0) + 1
    names = {}
    for code, row in known.items():
        name, upper = row["place_name"], row
        while counted[row["place_name"]] > 1 and upper["parent_code"] in known:
            upper = known[upper["parent_code"]]
            name = upper["place_name"] + name
            if counted[upper["place_name"]] == 1:
                break
        names[code] = name
    return names


def period_name(period: str) -> Label:
    """A period in words."""
    if period == ALL:
        return Label("全部期间", "All time")
    if period == UNDATED:
        return Label("无日期", "Undated")
    return Label(*words(period))


def value_labels(contracts: Mapping[str, Contract]) -> dict[tuple[str, str], Label]:
    """Labels of slice values, by (dimension, value).

    Levels, modules, work items, feeds, every contract's codes, and units that answer by the title
    of their answers.
    """
    labels = {("level", level): label for level, label in _LEVELS.items() if level != ALL}
    labels |= {("module", name): Label(*titles) for name, titles in module_titles().items()}
    labels |= _work_items()
    labels |= {
        ("reported_weekday", str(n)): Label(f"{n} 周{zh}", f"{n} {en}")
        for n, (zh, en) in enumerate(_WEEKDAYS, start=1)
    }
    labels |= _OF_WORK_ORDERS
    labels["outcome", "true"], labels["outcome", "false"] = Label("是", "yes"), Label("否", "no")
    for feed, contract in contracts.items():
        labels["feed", feed] = Label(contract.title_zh, contract.title_en)
        if contract.centre.get("element") == "feedback":
            labels["answered_by", _constant(contract.centre["answered_by"])] = labels["feed", feed]
        for one in contract.fields:
            for code in one.codes:
                labels.setdefault((one.name, code.value), Label(code.label_zh, code.label_en))
    for key, told in _of_the_centre(contracts).items():
        zh, en = (list(dict.fromkeys(words))[:_MEANINGS] for words in zip(*told, strict=True))
        labels.setdefault(key, Label("／".join(zh), " / ".join(en)))
    return labels


_OF_WORK_ORDERS = {
    ("route", "point_to_point"): Label("点对点", "point to point"),
    ("route", "level_by_level"): Label("逐级下达", "level by level"),
    ("standing", "deployed"): Label("1 已部署、未签收", "1 deployed, not received"),
    ("standing", "received"): Label("2 已签收、未反馈", "2 received, not fed back"),
    ("standing", "fed_back"): Label("3 已反馈、未办结", "3 fed back, not done"),
    ("standing", "done"): Label("4 已办结", "4 done"),
    ("standing", "unknown"): Label("未见部署", "no deployment known"),
}

_MEANINGS = 2
"""How many meanings of one code are said."""
_CENTRE = {"level": "event_level", "scale": "event_scale"}
"""Entries of a contract's centre that are a dimension of another name."""


def _of_the_centre(
    contracts: Mapping[str, Contract],
) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """What codes mean under the dimension that their field becomes, in each feed that has them.

    One code may mean two things in two feeds: then both are said. A constant is said by its feed.
    """
    told: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for contract in contracts.values():
        fields = {one.name: one for one in contract.fields}
        for entry, stated in contract.centre.items():
            dimension = _CENTRE.get(entry, entry)
            if isinstance(stated, Mapping) and "constant" in stated:
                key = (dimension, str(stated["constant"]))
                said = [(key, (contract.title_zh, contract.title_en))]
            else:
                name = stated.get("field") if isinstance(stated, Mapping) else stated
                codes = fields[name].codes if isinstance(name, str) and name in fields else ()
                said = [((dimension, c.value), (c.label_zh, c.label_en)) for c in codes]
            for key, label in said:
                if label not in told.setdefault(key, []):
                    told[key].append(label)
    return told


def slices_name(slices: str, labels: Mapping[tuple[str, str], Label]) -> Label:
    """The values of a slice's text in words, without the dimensions; ``labels``: value_labels."""
    missing = Label("未填", "not stated")
    said = [
        missing if value is None else labels.get((dimension, value), Label(value, value))
        for dimension, value in parse_slices(slices).items()
    ]
    return Label(" · ".join(one.zh for one in said), " · ".join(one.en for one in said))


def _work_items() -> dict[tuple[str, str], Label]:
    """The catalogue's items in both languages; a slice names an item by code and Chinese name."""
    with WORK_ITEMS.open(encoding="utf-8", newline="") as catalogue:
        named = [(r["item_code"], r["name_zh"], r["name_en"]) for r in csv.DictReader(catalogue)]
    return {
        ("item_label", f"{code} {zh}"): Label(f"{code} {zh}", f"{code} {en}")
        for code, zh, en in named
    }


def _constant(entry: object) -> str:
    return str(entry["constant"] if isinstance(entry, Mapping) else entry)


def _aggregate(aggregate: Aggregate) -> Label:
    words = _FUNCTIONS[aggregate.function]
    dimension = aggregate.fact.dimensions.get(aggregate.expression)
    what = dimension.label if dimension else Label(aggregate.expression, aggregate.expression)
    share = 100 * (aggregate.percentile or 0)
    conditions = " and ".join(_plain(f.template) for f in aggregate.filters)
    suffix = (f"（{conditions}）", f" ({conditions})") if conditions else ("", "")
    return Label(
        words.zh.format(what.zh, share) + suffix[0], words.en.format(what.en, share) + suffix[1]
    )


def _plain(template: str) -> str:
    return " ".join(_REFERENCE.sub(r"\1", template).split())
