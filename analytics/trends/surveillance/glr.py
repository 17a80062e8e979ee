"""A generalised likelihood ratio: has the level of the series risen, and since when?

Höhle and Paul 2008, as ``glrnb`` of the R package *surveillance*: counts are negative binomial
about a mean with season and trend; the detector asks which rise of the intercept, since which of
the last periods, would explain the counts best, and how much better than none.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics.trends.surveillance.judged import Floats, Judged, positions
from analytics.trends.surveillance.regression import fitted

STEPS = 8
MOST = 20.0
LEAST_DISPERSION = 1e-6


def generalised_likelihood_ratio(
    counts: Floats,
    at: Sequence[int],
    season: float = 365.25 / 7,
    threshold: float = 5.0,
    window: int = 26,
) -> Judged:
    """Judge the periods at the positions ``at``, which follow on one another.

    ``counts``: shape (n,). The mean is fitted on the periods before the first of ``at``: with
    trend and one yearly wave of ``season`` periods where there are two years of them, else level.
    After an alarm the detector starts anew, so that a rise is told once. ``threshold``: of the log
    likelihood ratio, in nats; ``window``: how many periods back a rise may have begun, and how
    many must lie before the first that is judged. ``upper``: the largest count that would be no
    alarm had nothing risen before; a rise over several periods is told below it.
    """
    where = positions(at)
    alarms, since = np.zeros(len(where), dtype=bool), where.copy()
    if not len(where) or where[0] < window:
        nothing = np.full(len(where), np.nan)
        return Judged(where, nothing, nothing, alarms, since)
    means, dispersion = _in_control(counts, int(where[0]), season)
    ratios = _ratios(counts[where], means[where], dispersion, window)
    begun = 0
    for position in range(len(where)):
        first = position - window + 1
        allowed = ratios[position, max(begun - first, 0) :]
        best = int(allowed.argmax())
        since[position] = where[0] + max(begun, first) + best
        if allowed[best] > threshold:
            alarms[position], begun = True, position + 1
    expected = means[where]
    return Judged(where, expected, _alone(expected, dispersion, threshold), alarms, since)


def _in_control(counts: Floats, first: int, season: float) -> tuple[Floats, float]:
    """The mean of every period, fitted on those before ``first``, and the dispersion (NB2)."""
    times = np.arange(len(counts))
    angle = 2 * np.pi * times / season
    terms = [np.ones(len(counts))]
    if first >= 2 * season:
        terms += [times / season, np.sin(angle), np.cos(angle)]
    design = np.column_stack(terms)
    known = counts[:first]
    if not known.any():
        return np.full(len(counts), 1 / (2 * first)), LEAST_DISPERSION
    means = fitted(known, design[:first]).fittedvalues
    dispersion = _dispersion(known, means, first - design.shape[1])
    model = fitted(known, design[:first], dispersion=dispersion)
    return np.exp(np.clip(design @ model.params, -20, 20)), dispersion


def _dispersion(counts: Floats, means: Floats, left: int) -> float:
    """The dispersion with which Pearson's statistic equals its degrees of freedom."""
    low, high = LEAST_DISPERSION, 10.0
    for _ in range(60):
        middle = np.sqrt(low * high)
        statistic = ((counts - means) ** 2 / (means + middle * means**2)).sum()
        low, high = (middle, high) if statistic > left else (low, middle)
    return float(low)


def _ratios(counts: Floats, means: Floats, dispersion: float, window: int) -> Floats:
    """For each period and each start in its window, the log likelihood ratio of the best rise.

    Shape (n, window): the last column is a rise in the period itself, the one before it a rise
    since the period before, and so on. What would lie before the first period adds nothing.
    """
    before = np.zeros(window - 1)
    came = np.lib.stride_tricks.sliding_window_view(np.append(before, counts), window)[:, None, :]
    usual = np.lib.stride_tricks.sliding_window_view(np.append(before, means), window)[:, None, :]
    included = np.triu(np.ones((window, window)))
    size = 1 / dispersion
    with np.errstate(divide="ignore", invalid="ignore"):
        # Of Poisson counts this is the best rise already; a few of Newton's steps do the rest.
        rise = np.log((included * came).sum(axis=2) / (included * usual).sum(axis=2))
    rise = np.clip(np.nan_to_num(rise, nan=0.0, neginf=0.0), 0, MOST)
    for _ in range(STEPS):
        level = usual * np.exp(rise)[:, :, None]
        share = level / (size + level)
        rest = (came + size) * share
        slope = (included * (came - rest)).sum(axis=2)
        bend = (included * rest * (1 - share)).sum(axis=2)
        rise = np.clip(rise + np.clip(slope / np.maximum(bend, 1e-12), -1, 1), 0, MOST)
    grown = np.log1p(dispersion * usual * np.exp(rise)[:, :, None]) - np.log1p(dispersion * usual)
    terms = included * (came * rise[:, :, None] - (came + size) * grown)
    ratios: Floats = terms.sum(axis=2)
    return ratios


def _alone(means: Floats, dispersion: float, threshold: float) -> Floats:
    """The largest count that would be no alarm if nothing had risen before it."""
    largest = np.floor(means)
    for _ in range(10_000):
        higher = largest + 1
        ratio = higher * np.log(higher / means) - (higher + 1 / dispersion) * (
            np.log1p(dispersion * higher) - np.log1p(dispersion * means)
        )
        grows = (ratio <= threshold) | (higher <= means)
        if not grows.any():
            break
        largest = np.where(grows, higher, largest)
    return largest
