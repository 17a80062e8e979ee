"""What explains a figure's change: what each place, category and source adds to it, exactly.

A count's change is the sum of its parts' changes. A rate's change is divided after Kitagawa 1955:
each part adds by its own rate (``rate``) and by its growing or shrinking share (``mix``), measured
against the rate of the whole. Belongs here: dividing a change or an excess into parts. Does not
belong here: finding what changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from analytics.reports.coordinates import LEVELS, deeper, parse_slices
from analytics.reports.metrics import Metric
from civic.errors import CivicError

PLACE = "place"
CHANGES = pl.Schema(
    {
        "by": pl.String,
        "part": pl.String,
        "before": pl.Float64,
        "after": pl.Float64,
        "contribution": pl.Float64,
        "rate": pl.Float64,
        "mix": pl.Float64,
        "cell_id": pl.String,
    }
)
"""``by``: 'place' or a dimension; ``part``: a place's code or a slice's text. ``before`` and
``after``: the part's figures; ``contribution``: what it adds to the change of the whole, of a rate
the sum of ``rate`` and ``mix`` (null for counts). ``cell_id``: the part's cell afterwards."""
EXCESSES = pl.Schema(
    {"by": pl.String, "part": pl.String, "value": pl.Float64, "excess": pl.Float64}
)


def changes(
    cells: pl.DataFrame,
    metric: Metric,
    cell: Mapping[str, Any],
    before: str,
    parents: pl.DataFrame,
) -> pl.DataFrame:
    """The parts of the change of a cell since an earlier period (columns ``CHANGES``).

    Within each ``by`` the contributions add up to the change; the largest comes first. ``cells``:
    those of the publication; ``parents``: ``place_code, parent_code``. No rows where the cell is
    not published in parts. Raises CivicError for a metric that neither adds up nor is a ratio: a
    median has no parts.
    """
    if not (metric.is_additive or metric.is_ratio):
        raise CivicError(
            f"{metric.name} has no parts that add up to it.",
            "Counts, sums, shares and means can be explained.",
            zh=f"{metric.label.zh}没有可相加的组成部分。",
            remedy_zh="可分解的有：计数、合计、比率和均值。",
        )
    found = [pl.DataFrame(schema=CHANGES)]
    for by, parts in _partitions(cells, cell, parents):
        then, now = (_figures(parts, metric, period) for period in (before, cell["period"]))
        both = then.join(now, on="part", how="full", coalesce=True, suffix="_now")
        both = both.with_columns(pl.col("^amount.*|weight.*$").fill_null(0))
        whole = {p: cells.filter(_at(cell), period=p) for p in (before, cell["period"])}
        if both.height >= 2 and _is_whole(both, metric, whole, before, cell["period"]):
            found.append(_divided(both, metric).with_columns(by=pl.lit(by)).select(CHANGES.names()))
    return pl.concat(found)


def excesses(
    cells: pl.DataFrame, alert: Mapping[str, Any], parents: pl.DataFrame, weeks: int = 26
) -> pl.DataFrame:
    """What the week of an alert consists of, and what each part brought beyond its usual.

    Columns ``EXCESSES``, the largest excess first within each ``by``. A part's share of what was
    expected is its share of the ``weeks`` before the rise, so the excesses of the parts add up to
    the alert's.
    """
    found = [pl.DataFrame(schema=EXCESSES)]
    at = {**alert, "grain": "week", "report": None}
    for by, parts in _partitions(cells, at, parents):
        behind = sorted(p for p in parts["period"].unique() if p < alert["since"])[-weeks:]
        now = parts.filter(period=alert["period"]).select("part", "value")
        usual = (
            parts.filter(pl.col("period").is_in(behind))
            .group_by("part", maintain_order=True)
            .agg(usual=pl.col("value").sum())
        )
        both = now.join(usual, on="part", how="full", coalesce=True).fill_null(0)
        total = both["usual"].sum()
        if both.height >= 2 and total > 0 and both["value"].sum() == alert["value"]:
            excess = pl.col("value") - alert["expected"] * pl.col("usual") / total
            found.append(
                both.select(pl.lit(by).alias("by"), "part", "value", excess=excess)
                .cast(EXCESSES)
                .sort("excess", "part", descending=[True, False])
            )
    return pl.concat(found)


def _partitions(
    cells: pl.DataFrame, cell: Mapping[str, Any], parents: pl.DataFrame
) -> Iterator[tuple[str, pl.DataFrame]]:
    """(by, cells of the parts in every period with a column ``part``): each way it is divided.

    Where several reports divide it the same way, the cells of one are taken.
    """
    same = cells.filter(metric=cell["metric"], grain=cell["grain"])
    if cell["report"] is not None:
        same = same.filter(report=cell["report"])
    place, fixed = str(cell["place_code"]), parse_slices(str(cell["slices"]))
    if below := deeper(str(cell["level"])):
        under = parents.filter(parent_code=place)["place_code"].to_list()
        mine = (
            pl.lit(cell["level"] == LEVELS[0])
            | pl.col("place_code").is_in(under)
            | pl.col("place_code").str.starts_with(f"{place}/")
        )
        children = same.filter(mine, level=below, slices=cell["slices"])
        yield PLACE, _once(children.with_columns(part="place_code"))
    here = same.filter(level=cell["level"], place_code=place)
    texts: dict[str, list[str]] = {}
    for text in here["slices"].unique().sort():
        values = parse_slices(text)
        for dimension in values:
            if {k: v for k, v in values.items() if k != dimension} == fixed:
                texts.setdefault(dimension, []).append(text)
    for dimension, parts in sorted(texts.items()):
        yield (
            dimension,
            _once(here.filter(pl.col("slices").is_in(parts)).with_columns(part="slices")),
        )


def _once(parts: pl.DataFrame) -> pl.DataFrame:
    return parts.unique(["part", "period"], keep="first", maintain_order=True)


def _at(cell: Mapping[str, Any]) -> pl.Expr:
    names = ("report", "metric", "level", "place_code", "grain", "slices")
    return pl.all_horizontal(pl.col(name) == cell[name] for name in names)


def _figures(parts: pl.DataFrame, metric: Metric, period: str) -> pl.DataFrame:
    """``part, amount, weight, cell_id``: numerator and denominator, or the count and 1."""
    rows = parts.filter(period=period)
    if metric.is_ratio:
        return rows.select("part", "cell_id", amount="numerator", weight="denominator")
    return rows.select("part", "cell_id", amount="value", weight=pl.lit(1.0))


def _is_whole(
    both: pl.DataFrame,
    metric: Metric,
    whole: Mapping[str, pl.DataFrame],
    before: str,
    after: str,
) -> bool:
    """Whether the parts add up to the whole in both periods: else it says nothing."""
    column = "denominator" if metric.is_ratio else "value"
    part = "weight" if metric.is_ratio else "amount"
    for period, name in ((before, part), (after, f"{part}_now")):
        total, made = float(whole[period][column].sum()), float(both[name].sum())
        if abs(made - total) > 1e-9 * max(1.0, abs(total)):
            return False
    return True


def _divided(both: pl.DataFrame, metric: Metric) -> pl.DataFrame:
    if not metric.is_ratio:
        made = both.select(
            "part",
            before="amount",
            after="amount_now",
            contribution=pl.col("amount_now") - pl.col("amount"),
            rate=pl.lit(None, pl.Float64),
            mix=pl.lit(None, pl.Float64),
            cell_id="cell_id_now",
        )
    else:
        then, now = _rate("amount", "weight"), _rate("amount_now", "weight_now")
        share, share_now = (pl.col(w) / pl.col(w).sum() for w in ("weight", "weight_now"))
        whole = (
            pl.col("amount").sum() / pl.col("weight").sum()
            + pl.col("amount_now").sum() / pl.col("weight_now").sum()
        ) / 2
        before, after = pl.coalesce(then, now), pl.coalesce(now, then)
        rate = (share + share_now) / 2 * (after - before)
        mix = (share_now - share) * ((before + after) / 2 - whole)
        made = both.select(
            "part",
            before=then,
            after=now,
            contribution=rate + mix,
            rate=rate,
            mix=mix,
            cell_id="cell_id_now",
        )
    return made.sort(pl.col("contribution").abs(), "part", descending=[True, False])


def _rate(amount: str, weight: str) -> pl.Expr:
    return pl.when(pl.col(weight) > 0).then(pl.col(amount) / pl.col(weight))
