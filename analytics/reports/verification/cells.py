"""Cells from facts: every place, period and slice that the reports ask for, in Polars.

Belongs here: grouping. Does not belong here: what a metric means (``metrics``), what a fact's row
is (``centre_*``). One ``group_by`` per level, grain and slicing: the second, independent way to
what the reports compute with grouping sets. Only the naming of a cell is shared.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from analytics.reports.coordinates import ID_DIGITS, SEPARATOR
from analytics.reports.verification.declared import Wish
from analytics.reports.verification.grouping_keys import WHOLE, period_at, place_at, slices_by
from analytics.reports.verification.metrics import Measure, Metric, aggregate, figure, passes, sql
from civic.errors import CivicError

COORDINATES = ("report", "metric", "level", "place_code", "grain", "period", "slices")
FIGURES = ("value", "numerator", "denominator", "fact_rows", "source_rows")
SCHEMA: Mapping[str, pl.DataType] = {
    **dict.fromkeys(("cell_id", *COORDINATES), pl.String()),
    **dict.fromkeys(FIGURES[:3], pl.Float64()),
    **dict.fromkeys(FIGURES[3:], pl.Int64()),
}

_KEY = pl.Categorical()
_KEYS = ("place_code", "period", "slices")

Progress = Callable[[str], None]


def compute_cells(
    wishes: Iterable[Wish],
    metrics: Mapping[str, Metric],
    facts: Mapping[str, pl.LazyFrame],
    progress: Progress = lambda _: None,
) -> pl.DataFrame:
    """All cells that the reports ask for, one row each, columns as ``SCHEMA``.

    ``facts``: by the mart's name, with the five place columns and ``_source_rows``. A group has a
    cell of every metric asked for there, but none whose value does not exist. The whole (all
    places, all periods, unsliced) is a group also where the fact has no rows. Raises CivicError for
    a metric that is not declared or a fact that is not made here.
    """
    wishes = list(wishes)
    _check_known(wishes, metrics, facts)
    made = [pl.DataFrame(schema=SCHEMA)]
    for fact, asked in _sorted_out(wishes, lambda w: metrics[w.metric].measure.fact):
        progress(fact)
        rows = facts[fact].collect(engine="streaming")
        for _, together in _sorted_out(asked, lambda w: _dated_alike(w, metrics)):
            made += _cells_of_pass(rows, together, metrics)
    return pl.concat(made)


def _check_known(
    wishes: Iterable[Wish], metrics: Mapping[str, Metric], facts: Mapping[str, pl.LazyFrame]
) -> None:
    for name in dict.fromkeys(w.metric for w in wishes):
        if name not in metrics:
            raise CivicError(
                f"The metric {name} of a report is not in the semantic manifest.",
                "`civic run` compiles the models and writes it.",
            )
        if (fact := metrics[name].measure.fact) not in facts:
            raise CivicError(
                f"{name} counts {fact}, which verification cannot make from the originals.",
                f"It can make {', '.join(facts)}: see analytics/reports/verification/facts.py.",
            )


def _sorted_out(
    wishes: Iterable[Wish], by: Callable[[Wish], Hashable]
) -> list[tuple[Any, list[Wish]]]:
    sorted_out: dict[Hashable, list[Wish]] = defaultdict(list)
    for wish in wishes:
        sorted_out[by(wish)].append(wish)
    return list(sorted_out.items())


def _dated_alike(wish: Wish, metrics: Mapping[str, Metric]) -> Hashable:
    """What can be grouped in one go: one date column; a register's rows differ by grain."""
    measure = metrics[wish.metric].measure
    if measure.snapshot is None:
        return measure.time
    return measure, wish.grain


def _cells_of_pass(
    rows: pl.DataFrame, wishes: Sequence[Wish], metrics: Mapping[str, Metric]
) -> Iterator[pl.DataFrame]:
    """Cells of wishes that are dated alike: their keys and figures are worked out once."""
    asked = {w.metric: metrics[w.metric] for w in wishes}
    first = next(iter(asked.values())).measure
    measures = {m: f"_figure_{at}" for at, m in enumerate(_measures_of(asked))}
    keyed = (
        _of_counting_date(rows.lazy(), first, wishes[0].grain)
        .select(
            "_source_rows",
            *(place_at(lv).cast(_KEY).alias(f"_at_{lv}") for lv in {w.level for w in wishes}),
            *(
                period_at(grain, first.time).cast(_KEY).alias(f"_in_{grain}")
                for grain in {w.grain for w in wishes}
            ),
            *(
                slices_by(by, first.dimensions).cast(_KEY).alias(f"_by_{','.join(by)}")
                for by in {w.slicing for w in wishes}
            ),
            *(figure(m).alias(name) for m, name in measures.items()),
        )
        .collect(engine="streaming")
    )
    for (level, grain, by), alike in _sorted_out(wishes, lambda w: (w.level, w.grain, w.slicing)):
        keys = (f"_at_{level}", f"_in_{grain}", f"_by_{','.join(by)}")
        yield from _grouped(keyed, dict(zip(_KEYS, keys, strict=True)), alike, asked, measures)


def _measures_of(metrics: Mapping[str, Metric]) -> list[Measure]:
    return list(dict.fromkeys(m for metric in metrics.values() for m in metric.measures))


def _grouped(
    keyed: pl.DataFrame,
    keys: Mapping[str, str],
    wishes: Sequence[Wish],
    metrics: Mapping[str, Metric],
    names: Mapping[Measure, str],
) -> Iterator[pl.DataFrame]:
    """The cells of one level, grain and slicing."""
    asked = {w.metric: metrics[w.metric] for w in wishes}
    figures = [_figures(m, [names[part] for part in m.measures]) for m in asked.values()]
    if wishes[0].is_whole:
        # The whole is there also where there are no rows: then it is 0.
        whole = dict(zip(_KEYS, (WHOLE, WHOLE, ""), strict=True))
        aggregated = keyed.select(*(pl.lit(v).alias(k) for k, v in whole.items()), *figures)
    else:
        aggregated = (
            keyed.lazy()
            .filter(pl.col(keys["place_code"]).is_not_null())
            .group_by([pl.col(column).alias(key) for key, column in keys.items()])
            .agg(figures)
            .collect()
        )
    for wish in wishes:
        told = aggregated.select(*_KEYS, pl.col(wish.metric)).unnest(wish.metric)
        yield _named(told.filter(pl.col("value").is_not_null()), wish)


def _figures(metric: Metric, parts: Sequence[str]) -> pl.Expr:
    """A metric's figures of one group as a struct of ``FIGURES``.

    A division shows numerator and denominator; without one they are null.
    """
    counts = pl.any_horizontal(pl.col(part).is_not_null() for part in parts)
    first = aggregate(metric.measure, parts[0])
    nothing = pl.lit(None, pl.Float64)
    value, above, below = first, nothing, nothing
    if metric.below is not None:
        above, below = first, aggregate(metric.below, parts[1])
        value = pl.when(below != 0).then(above / below).otherwise(None)
    elif metric.is_average:
        above, below = pl.col(parts[0]).sum(), counts.sum().cast(pl.Float64)
    return pl.struct(
        value=value,
        numerator=above,
        denominator=below,
        fact_rows=counts.sum().cast(pl.Int64),
        source_rows=pl.col("_source_rows").filter(counts).sum().cast(pl.Int64),
    ).alias(metric.name)


def _of_counting_date(rows: pl.LazyFrame, measure: Measure, grain: str) -> pl.LazyFrame:
    """A register counts on one date of each period; every other fact on all of them.

    The date is chosen among the rows that pass the measure's filters, and only they are seen.
    """
    once = measure.snapshot
    if once is None:
        return rows
    within = [period_at(grain, measure.time), *(sql(g) for g in once.groups)]
    date = sql(measure.time)
    chosen = date.max() if once.choice == "max" else date.min()
    return rows.filter(passes(measure)).filter(date == chosen.over(within))


def _named(grouped: pl.DataFrame, wish: Wish) -> pl.DataFrame:
    """The cells of a wish, under their coordinates and identifier."""
    placed = grouped.with_columns(
        *(pl.col(key).cast(pl.String) for key in _KEYS),
        report=pl.lit(wish.report),
        metric=pl.lit(wish.metric),
        level=pl.lit(wish.level),
        grain=pl.lit(wish.grain),
    )
    joined = placed.select(pl.concat_str(COORDINATES, separator=SEPARATOR)).to_series()
    # As Coordinates.cell_id, without an object for each of millions of cells.
    ids = [f"c{hashlib.sha256(text.encode()).hexdigest()[:ID_DIGITS]}" for text in joined]
    return placed.with_columns(cell_id=pl.Series(ids, dtype=pl.String)).select(
        pl.col(name).cast(kind) for name, kind in SCHEMA.items()
    )
