"""Scores of a scheme: every indicator against what was to be expected, shrunk, and put together.

Belongs here: the way from rows of work to scores and ranks with their intervals. Does not belong
here: what is expected (``expected``), funnels, shrinkage, weights: each is a module of its own.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import rankdata

from analytics.assessment import aggregation, weights
from analytics.assessment.expected import CALIBRATION
from analytics.assessment.funnel import between_variance, distance_limits, verdicts
from analytics.assessment.objections import ASIDE
from analytics.assessment.schemes import Indicator, Scheme
from analytics.assessment.shrinkage import rank_intervals, shrunken
from analytics.assessment.subjects import Subjects, subjects_of
from analytics.assessment.work import Work, work_of
from analytics.reports.periods import between, bounds, coarser, previous
from analytics.reports.semantic_manifest import Catalog

Floats = NDArray[np.float64]
DRAWS = 2000
CONFIDENCE = 0.9
LEAST_SUBJECTS = 5
"""Among fewer nobody can say how much subjects differ beyond chance: a scheme gives no scores."""
LEAST_JUDGED = 0.5
"""A score needs indicators that make up at least this share of the weights."""

INDICATORS = pl.Schema(
    {
        "scheme": pl.String(),
        "version": pl.Int64(),
        "period": pl.String(),
        "subject": pl.String(),
        "indicator": pl.String(),
        "metric": pl.String(),
        "numerator": pl.Float64(),
        "denominator": pl.Float64(),
        "value": pl.Float64(),
        "expected": pl.Float64(),
        "effect": pl.Float64(),
        "error": pl.Float64(),
        "between": pl.Float64(),
        "shrunken": pl.Float64(),
        "deviation": pl.Float64(),
        "limit": pl.Float64(),
        "verdict": pl.String(),
        "score": pl.Float64(),
        "is_judged": pl.Boolean(),
        "set_aside": pl.Int64(),
        "cell_ids": pl.List(pl.String()),
    }
)
"""One line per subject, period and indicator. ``value`` and ``expected``: of a share or mean with
its ``numerator`` and ``denominator``, else the amount. ``effect``: how much better than expected,
with its standard ``error``; ``between``: the standard deviation between subjects beyond chance;
``shrunken`` and ``deviation``: where the subject really stands; ``limit``: how far from what was
expected an effect with that error lies within the funnel; ``set_aside``: rows that do not count, by
objections that were upheld; ``cell_ids``: the published figures that add up to it, with those."""

SCORES = pl.Schema(
    {
        "scheme": pl.String(),
        "version": pl.Int64(),
        "period": pl.String(),
        "subject": pl.String(),
        "unit": pl.String(),
        "peers": pl.String(),
        "score": pl.Float64(),
        "score_low": pl.Float64(),
        "score_high": pl.Float64(),
        "rank": pl.Int64(),
        "rank_low": pl.Int64(),
        "rank_high": pl.Int64(),
        "of": pl.Int64(),
        "judged": pl.Float64(),
        "standing": pl.String(),
    }
)
"""One line per subject and period. ``score``: 0 to 100, null where less than half of the weights is
judged; ``rank``: among ``of`` peers with a score, 1 the highest, with a 90 % interval; ``judged``:
the share of the weights that is judged. ``standing``: 'above' or 'below' what was expected only
where the whole interval of the score is, and an indicator lies outside its funnel's limits on that
side; else 'as expected'."""


FIT = pl.DataFrame(schema={**CALIBRATION, "indicator": pl.String(), "model": pl.String()})


@dataclass(frozen=True)
class Assessment:
    """Scores, the indicators below them, and how well what was expected fits.

    ``calibration``: columns of ``expected.CALIBRATION``, ``indicator`` and ``model``.
    """

    scores: pl.DataFrame
    indicators: pl.DataFrame
    calibration: pl.DataFrame


def assess(
    connection: duckdb.DuckDBPyConnection,
    cells: pl.DataFrame,
    catalog: Catalog,
    scheme: Scheme,
    until: date,
    aside: pl.DataFrame | None = None,
) -> Assessment:
    """The scores of a scheme for its last periods that had ended on ``until``.

    ``connection``: with the lake attached; ``cells``: those of the same state of it; ``aside``:
    what does not count, by upheld objections (``objections.ASIDE``). No lines where there are fewer
    than ``LEAST_SUBJECTS``. Raises CivicError where rows
    of work do not add up to the published figures.
    """
    own = ASIDE.to_frame() if aside is None else aside.filter(scheme=scheme.name)
    periods = _last_periods(scheme, until)
    first, behind = bounds(periods[0])[0], bounds(periods[-1])[1]
    months = between(f"{first:%Y-%m}", f"{behind - timedelta(days=1):%Y-%m}")
    subjects = subjects_of(connection, scheme, months)
    if subjects.charge["subject"].n_unique() < LEAST_SUBJECTS:
        return Assessment(pl.DataFrame(schema=SCORES), pl.DataFrame(schema=INDICATORS), FIT.clear())
    lines, calibrations = [], []
    for indicator in scheme.indicators:
        whose = subjects.by_name() if indicator.by and scheme.kind != "unit" else subjects
        metric = catalog.metric(indicator.metric)
        work = work_of(connection, cells, metric, indicator, whose, own)
        lines.append(_judged(scheme, indicator, work, periods))
        fit = work.fit.with_columns(indicator=pl.lit(indicator.name), model=pl.lit(work.model))
        calibrations.append(fit)
    indicators = pl.concat(lines).sort("period", "subject")
    scores = [
        _scored(scheme, subjects, period, indicators.filter(period=period)) for period in periods
    ]
    return Assessment(
        pl.concat(scores), indicators.select(INDICATORS.names()), pl.concat(calibrations)
    )


def draws_of(own: pl.DataFrame, scheme: Scheme, subjects: Sequence[str], seed: str) -> Floats:
    """Scores of indicators as they may really be, shape (draws, subjects, indicators); NaN: not
    judged. The same seed gives the same draws."""
    rng = np.random.default_rng(zlib.crc32(seed.encode()))
    made = np.full((DRAWS, len(subjects), len(scheme.indicators)), np.nan)
    for at, indicator in enumerate(scheme.indicators):
        mean, deviation, judged = _standing(own, indicator, subjects)
        drawn = mean + deviation * rng.standard_normal((DRAWS, len(subjects)))
        made[:, :, at] = np.where(judged, as_score(drawn, indicator), np.nan)
    return made


def means_of(own: pl.DataFrame, scheme: Scheme, subjects: Sequence[str]) -> Floats:
    """Scores of indicators, shape (subjects, indicators); NaN: not judged."""
    columns = []
    for indicator in scheme.indicators:
        mean, _, judged = _standing(own, indicator, subjects)
        columns.append(np.where(judged, as_score(mean, indicator), np.nan))
    return np.column_stack(columns)


def weights_of(scheme: Scheme, matrix: Floats) -> Floats:
    """The weights of the indicators; ``matrix``: their scores (subjects, indicators)."""
    if scheme.weights == "given":
        return np.array([indicator.weight for indicator in scheme.indicators])
    filled = np.where(np.isnan(matrix), 50.0, matrix)
    made: Floats = getattr(weights, scheme.weights)(filled)
    return made


def as_score(effects: Floats, indicator: Indicator) -> Floats:
    """Effects as scores: floor 0, nothing better or worse than expected 50, cap 100."""
    worse = 50 + 50 * effects / -indicator.floor
    better = 50 + 50 * effects / indicator.cap
    return np.clip(np.where(effects < 0, worse, better), 0, 100)


def _last_periods(scheme: Scheme, until: date) -> list[str]:
    """The last periods that had ended on a day, oldest first."""
    last = coarser(until.isoformat(), scheme.grain)
    if bounds(last)[1] > until + timedelta(days=1):
        last = previous(last)
    made = [last]
    while len(made) < scheme.periods:
        made.append(previous(made[-1]))
    return made[::-1]


def _judged(
    scheme: Scheme, indicator: Indicator, work: Work, periods: Sequence[str]
) -> pl.DataFrame:
    """The lines of an indicator: one for each subject in each period."""
    made = []
    for period in periods:
        own = work.of_period(period)
        effects, errors = (own[name].to_numpy().astype(float) for name in ("effect", "error"))
        judged = (own["rows"] >= indicator.at_least).to_numpy() & np.isfinite(errors)
        variance = between_variance(effects[judged], errors[judged], trimmed=0)
        mean, deviation = shrunken(effects, errors, variance)
        usual = between_variance(effects[judged], errors[judged])
        said = verdicts(effects, errors, usual)
        made.append(
            own.with_columns(
                scheme=pl.lit(scheme.name),
                version=pl.lit(scheme.version, pl.Int64),
                period=pl.lit(period),
                indicator=pl.lit(indicator.name),
                metric=pl.lit(indicator.metric),
                between=pl.lit(float(np.sqrt(variance))),
                shrunken=pl.Series(mean),
                deviation=pl.Series(deviation),
                limit=pl.Series(distance_limits(errors, usual)),
                verdict=pl.Series(said),
                score=pl.Series(as_score(mean, indicator)),
                is_judged=pl.Series(judged),
            ).with_columns(
                pl.when("is_judged").then(pl.col(name)).alias(name)
                for name in ("limit", "verdict", "score", "shrunken", "deviation")
            )
        )
    return pl.concat(made).select(INDICATORS.names()).cast(INDICATORS)


def _standing(
    own: pl.DataFrame, indicator: Indicator, subjects: Sequence[str]
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    line = pl.DataFrame({"subject": subjects}).join(
        own.filter(indicator=indicator.name), on="subject", how="left", maintain_order="left"
    )
    judged = line["is_judged"].fill_null(False).to_numpy()
    mean, deviation = (
        line[name].fill_null(0.0).to_numpy().astype(float) for name in ("shrunken", "deviation")
    )
    return mean, deviation, judged


def _scored(scheme: Scheme, subjects: Subjects, period: str, own: pl.DataFrame) -> pl.DataFrame:
    """The scores of a period, each rank among the peers."""
    there = subjects.info.filter(pl.col("subject").is_in(own["subject"].unique().to_list()))
    names = there["subject"].to_list()
    matrix = means_of(own, scheme, names)
    given = weights_of(scheme, matrix)
    together = getattr(aggregation, scheme.aggregation)
    judged = (~np.isnan(matrix) * given).sum(axis=1)
    scores = np.where(judged >= LEAST_JUDGED, together(matrix, given), np.nan)
    drawn = together(draws_of(own, scheme, names, f"{scheme.name} {period}"), given)
    tail = (1 - CONFIDENCE) / 2
    lines: list[Mapping[str, Any]] = []
    for peers in there["peers"].unique(maintain_order=True):
        member = np.flatnonzero(
            ((there["peers"] == peers) & pl.Series(~np.isnan(scores))).to_numpy()
        )
        if len(member):
            low, high = np.quantile(drawn[:, member], [tail, 1 - tail], axis=0)
            _, rank_low, rank_high = rank_intervals(drawn[:, member], CONFIDENCE)
            ranks = rankdata(-scores[member], method="min")
            for n, at in enumerate(member):
                lines.append(
                    {
                        "subject": names[at],
                        "score": scores[at],
                        "score_low": low[n],
                        "score_high": high[n],
                        "rank": ranks[n],
                        "rank_low": rank_low[n],
                        "rank_high": rank_high[n],
                        "of": len(member),
                    }
                )
    found = pl.DataFrame(lines, schema={k: v for k, v in SCORES.items() if k in _RANKED})
    return (
        there.with_columns(
            scheme=pl.lit(scheme.name),
            version=pl.lit(scheme.version, pl.Int64),
            period=pl.lit(period),
            judged=pl.Series(judged),
        )
        .join(found, on="subject", how="left", maintain_order="left")
        .join(_outside(own), on="subject", how="left", maintain_order="left")
        .with_columns(standing=_STANDING)
        .select(SCORES.names())
        .cast(SCORES)
    )


def _outside(own: pl.DataFrame) -> pl.DataFrame:
    """Per subject whether any indicator is ``above`` or ``below`` its funnel's limits."""
    verdict = pl.col("verdict")
    return own.group_by("subject").agg(
        above=verdict.str.ends_with("above").any(), below=verdict.str.ends_with("below").any()
    )


_STANDING = (
    pl.when(pl.col("score").is_null())
    .then(pl.lit(None, pl.String))
    .when((pl.col("score_low") > 50) & pl.col("above"))
    .then(pl.lit("above"))
    .when((pl.col("score_high") < 50) & pl.col("below"))
    .then(pl.lit("below"))
    .otherwise(pl.lit("as expected"))
)


_RANKED = ("subject", "score", "score_low", "score_high", "rank", "rank_low", "rank_high", "of")
