"""The work behind an indicator: its rows, whose they are, what was expected of each, its figures.

The rows come from the metric's own definition (``analytics.reports.atoms``), so that they add up to
the published cells; that they do is demanded here, not hoped for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import duckdb
import numpy as np
import polars as pl

from analytics.assessment.expected import Kind, expected
from analytics.assessment.schemes import COMPUTED, Indicator
from analytics.assessment.subjects import Subjects
from analytics.reports.atoms import facts_sql
from analytics.reports.coordinates import ALL, Coordinates, parse_slices, slices_text
from analytics.reports.metrics import Metric
from analytics.reports.periods import between, bounds
from civic.errors import CivicError


@dataclass(frozen=True)
class Work:
    """What an indicator rests on.

    ``figures``: per subject and month the sums ``numerator, denominator, rows, expected, variance``
    (of what was expected), ``set_aside`` (rows that do not count) and ``cell_ids``. ``fit``: the
    calibration; ``model``: its name.
    """

    metric: Metric
    figures: pl.DataFrame
    fit: pl.DataFrame
    model: str

    def of_period(self, period: str) -> pl.DataFrame:
        """Per subject the figures of a period, with ``value, expected, effect, error``.

        ``error`` is infinite where there is no work to judge.
        """
        first, behind = bounds(period)
        inside = between(f"{first:%Y-%m}", f"{behind - timedelta(days=1):%Y-%m}")
        own = (
            self.figures.filter(pl.col("month").is_in(inside))
            .group_by("subject", maintain_order=True)
            .agg(
                pl.col("numerator", "denominator", "rows", "expected", "variance").sum(),
                pl.col("set_aside").sum(),
                pl.col("cell_ids").explode().drop_nulls(),
            )
        )
        came, usual = float(own["numerator"].sum()), float(own["expected"].sum())
        scale = came / usual if usual else 1.0
        own = own.with_columns(pl.col("expected") * scale, pl.col("variance") * scale**2)
        over = pl.col("denominator") if self.metric.is_share else pl.col("expected")
        sign = -1.0 if self.metric.direction == "down" else 1.0
        per = pl.col("denominator") if self.metric.is_ratio else pl.lit(1.0)
        return own.with_columns(
            effect=pl.when(over > 0)
            .then(sign * (pl.col("numerator") - pl.col("expected")) / over)
            .otherwise(0.0),
            error=pl.when((over > 0) & (pl.col("variance") > 0))
            .then(pl.col("variance").sqrt() / over)
            .otherwise(float("inf")),
            value=pl.when(per > 0).then(pl.col("numerator") / per),
        ).with_columns(expected=pl.when(per > 0).then(pl.col("expected") / per))


def work_of(
    connection: duckdb.DuckDBPyConnection,
    cells: pl.DataFrame,
    metric: Metric,
    indicator: Indicator,
    subjects: Subjects,
    aside: pl.DataFrame,
) -> Work:
    """The work of all subjects by an indicator, compared with the published cells.

    ``aside``: rows that then do not count for a subject (``objections.ASIDE``), of rates and means
    only: of an amount one matter less would be to nobody's good.

    Raises CivicError where the rows of a subject's month are not what its cells say.
    """
    rows = _rows(connection, metric, indicator.by or subjects.dimension, indicator.mix)
    published = _published(cells, metric, indicator, subjects)
    if metric.is_ratio:
        rows, model, fit = _with_expected(rows, metric, indicator, subjects)
        figures = _of_ratios(rows, subjects)
        counting = rows.join(aside, on=["subject", "month", "fact_key"], how="anti")
    else:
        load = _load_of(cells, subjects, indicator.load or metric.name)
        figures, model, fit = _of_amounts(rows, indicator, subjects, load)
        counting = rows
    whole = figures.join(published, on=["subject", "month"], how="left").sort("subject", "month")
    _demand_equal(whole, metric)
    if counting.height == rows.height:
        return Work(metric, whole.with_columns(set_aside=pl.lit(0, pl.Int64)), fit, model)
    fewer = _of_ratios(counting, subjects).join(
        whole.select("subject", "month", "published", "of", "cell_ids", all_rows="rows"),
        on=["subject", "month"],
        how="left",
    )
    left = (pl.col("all_rows") - pl.col("rows")).cast(pl.Int64)
    return Work(metric, fewer.with_columns(set_aside=left).sort("subject", "month"), fit, model)


def _rows(
    connection: duckdb.DuckDBPyConnection, metric: Metric, dimension: str, mix: Sequence[str]
) -> pl.DataFrame:
    """Rows that count: ``fact_key, key, month, numerator, denominator`` and circumstances."""
    everything = Coordinates("", metric.name, ALL, ALL, ALL, ALL, "")
    fact = metric.fact
    key = fact.dimension(dimension).expression
    wanted = {name: fact.dimension(name).expression for name in mix if _is_column(name)}
    columns = "".join(f", cast({sql} as varchar) as {name}" for name, sql in wanted.items())
    dated = metric.aggregates[0].time.expression
    amount = "numerator" if metric.is_ratio else "contribution"
    weight = "denominator" if metric.is_ratio else "1.0"
    return connection.execute(
        f"""
        select c.fact_key, f.key, f.month, c.{amount} as numerator, {weight} as denominator{
            "".join(f", f.{name}" for name in wanted)
        }
        from ({facts_sql(metric, everything)}) as c
        join (
          select {fact.key} as fact_key, cast({key} as varchar) as key,
            strftime({dated}, '%Y-%m') as month{columns}
          from {fact.relation}
        ) as f using (fact_key)
        where f.key is not null and f.month is not null
        order by c.fact_key
        """
    ).pl()


def _is_column(name: str) -> bool:
    return name not in COMPUTED


def _with_expected(
    rows: pl.DataFrame, metric: Metric, indicator: Indicator, subjects: Subjects
) -> tuple[pl.DataFrame, str, pl.DataFrame]:
    """Rows with ``expected`` and ``variance`` of each; rows of nobody help to fit the model."""
    rows = rows.filter(pl.col("denominator") > 0).join(
        subjects.charge, on=["key", "month"], how="left", maintain_order="left"
    )
    who = rows["subject"].fill_null(pl.lit("/") + rows["key"])
    mix = rows.select(pl.col(name).fill_null("") for name in indicator.mix if _is_column(name))
    if "month" in indicator.mix:
        angle = rows["month"].str.tail(2).cast(pl.Float64) * (2 * np.pi / 12)
        mix = mix.with_columns(season_sine=angle.sin(), season_cosine=angle.cos())
    if "load" in indicator.mix:
        load = rows.select(pl.len().over("key", "month").log1p()).to_series()
        mix = mix.with_columns(load=load)
    kind: Kind = "share" if metric.is_share else "amount"
    found = expected(rows["numerator"].to_numpy().astype(float), mix, who.to_list(), kind)
    rows = rows.with_columns(expected=pl.Series(found.values))
    if kind == "share":
        variance = pl.col("expected") * (1 - pl.col("expected"))
    else:
        # Of amounts the deviation goes with the amount: one factor for all, measured on the rows.
        relative = (rows["numerator"] / rows["expected"].clip(1e-9) - 1).to_numpy()
        variance = (
            pl.col("expected") ** 2 * float(np.mean(relative**2)) if len(rows) else pl.lit(0.0)
        )
    return rows.with_columns(variance=variance), found.model, found.calibration


def _of_ratios(rows: pl.DataFrame, subjects: Subjects) -> pl.DataFrame:
    sums = (
        rows.filter(pl.col("subject").is_not_null())
        .group_by("subject", "month", maintain_order=True)
        .agg(pl.col("numerator", "denominator", "expected", "variance").sum(), rows=pl.len())
    )
    return _everybody(subjects).join(sums, on=["subject", "month"], how="left").fill_null(0)


def _of_amounts(
    rows: pl.DataFrame, indicator: Indicator, subjects: Subjects, load: pl.DataFrame
) -> tuple[pl.DataFrame, str, pl.DataFrame]:
    """Amounts are compared with those of others with as many grids, months and matters.

    ``load``: ``subject, load``, the matters of a month. The amounts of a subject's months are not
    independent, so the model sees one line for each subject and the variance is that of sums.
    """
    owned = subjects.charge.join(
        rows.drop("denominator"), on=["key", "month"], how="inner", maintain_order="left_right"
    )
    sums = owned.group_by("subject", "month", maintain_order=True).agg(
        pl.col("numerator").sum(), squares=(pl.col("numerator") ** 2).sum(), rows=pl.len()
    )
    exposure = subjects.charge.group_by("subject", "month").agg(denominator=pl.len())
    made = (
        _everybody(subjects)
        .join(exposure.cast({"denominator": pl.Float64}), on=["subject", "month"])
        .join(sums, on=["subject", "month"], how="left")
        .join(subjects.info.select("subject", "peers"), on="subject")
        .join(load, on="subject", how="left")
        .fill_null(0)
        .sort("subject", "month")
    )
    whole = made.group_by("subject", maintain_order=True).agg(
        pl.col("numerator", "denominator").sum(), pl.col("peers", "load").first()
    )
    circumstances = {"peers": pl.col("peers"), "load": pl.col("load").log1p()}
    mix = whole.select(circumstances[name] for name in indicator.mix)
    per_month = (whole["numerator"] / whole["denominator"]).to_numpy()
    found = expected(per_month, mix, whole["subject"].to_list(), "rate")
    whole = whole.select("subject", rate=pl.Series(found.values))
    # Of a sum of independent amounts the variance is about the sum of their squares.
    squares, sums_of_all = float(made["squares"].sum()), float(made["numerator"].sum())
    size = squares / sums_of_all if sums_of_all else 0.0
    made = made.join(whole, on="subject", maintain_order="left").with_columns(
        expected=pl.col("rate") * pl.col("denominator")
    )
    made = made.with_columns(variance=pl.col("expected") * size)
    return made.drop("squares", "peers", "load", "rate"), found.model, found.calibration


def _load_of(cells: pl.DataFrame, subjects: Subjects, metric: str) -> pl.DataFrame:
    """``subject, load``: the mean of a published count over the months and places in charge."""
    own = cells.filter(metric=metric, grain="month", level=subjects.level, slices="")
    own = own.unique(["place_code", "period"], keep="first")
    joined = subjects.charge.join(
        own.select("value", key="place_code", month="period"),
        on=["key", "month"],
        how="left",
        maintain_order="left",
    )
    return joined.group_by("subject", maintain_order=True).agg(
        load=pl.col("value").fill_null(0).mean()
    )


def _everybody(subjects: Subjects) -> pl.DataFrame:
    return subjects.charge.select("subject", "month").unique(maintain_order=True)


def _published(
    cells: pl.DataFrame, metric: Metric, indicator: Indicator, subjects: Subjects
) -> pl.DataFrame:
    """Per subject and month the sums of the published cells and their identifiers."""
    own = cells.filter(metric=metric.name, grain="month")
    if indicator.by:
        own = own.filter(pl.col("slices").str.starts_with(f"{indicator.by}="), level=ALL)
        texts = own["slices"].unique().to_list()
        keys = {text: parse_slices(text) for text in texts}
        named = {t: v[indicator.by] for t, v in keys.items() if list(v) == [indicator.by]}
        own = own.filter(pl.col("slices").is_in(list(named))).with_columns(
            key=pl.col("slices").replace_strict(named, return_dtype=pl.String)
        )
    else:
        own = own.filter(level=subjects.level, slices=slices_text({})).with_columns(
            key="place_code"
        )
    own = own.unique(["key", "period"], keep="first", maintain_order=True)
    amount = "numerator" if metric.is_ratio else "value"
    return (
        subjects.charge.join(own.rename({"period": "month"}), on=["key", "month"])
        .group_by("subject", "month", maintain_order=True)
        .agg(
            published=pl.col(amount).sum(),
            of=pl.col("denominator").sum(),
            cell_ids=pl.col("cell_id").sort(),
        )
    )


def _demand_equal(figures: pl.DataFrame, metric: Metric) -> None:
    far = figures.filter(
        (pl.col("numerator") - pl.col("published").fill_null(0)).abs()
        > 1e-6 * pl.max_horizontal(pl.lit(1.0), pl.col("numerator").abs())
    )
    if metric.is_ratio:
        far = pl.concat(
            [far, figures.filter((pl.col("denominator") - pl.col("of").fill_null(0)).abs() > 1e-6)]
        )
    if not far.is_empty():
        first = far.row(0, named=True)
        raise CivicError(
            f"The rows of {metric.name} of {first['subject']} in {first['month']} are not what "
            "its published figures say.",
            "Report this: both follow from one definition of the metric.",
        )
