"""Surveillance reproduces published alarms, and holds what it promises on any series."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.trends.surveillance import ears, ensemble, farrington, generalised_likelihood_ratio
from analytics.trends.surveillance.farrington import Settings
from analytics.trends.surveillance.judged import Bools, Floats

WEEKS = [date(2018, 1, 1) + timedelta(weeks=k) for k in range(260)]


class Salmonella:
    """The published series: counts by week, the outbreaks, and what R's package said."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        train, test = (
            pl.read_csv(folder / f"salmonella_{part}.csv", try_parse_dates=True)
            for part in ("train", "test")
        )
        whole = pl.concat([train, test])
        self.counts: Floats = whole["n_cases"].to_numpy().astype(float)
        self.weeks: list[date] = whole[whole.columns[0]].to_list()
        self.at = range(len(train), len(whole))
        self.outbreaks: Bools = test["outbreak"].to_numpy()

    def said(self, algorithm: str) -> Bools:
        alarms = pl.read_csv(self.folder / f"{algorithm}_pred.csv")["alarm"]
        return (alarms > 0).to_numpy()


@pytest.fixture(scope="module")
def salmonella(shared_vectors: Path) -> Salmonella:
    return Salmonella(shared_vectors / "surveillance")


def test_farrington_gives_the_alarms_of_the_package_in_all_105_weeks(
    salmonella: Salmonella,
) -> None:
    as_it = Settings(as_surveillance=True)
    judged = farrington(salmonella.counts, salmonella.weeks, salmonella.at, as_it)
    assert len(judged.alarms) == 105
    assert judged.alarms.tolist() == salmonella.said("FarringtonFlexible").tolist()


@pytest.mark.parametrize(("variant", "algorithm"), [("C1", "EarsC1"), ("C2", "EarsC2")])
def test_ears_gives_the_alarms_of_the_package(
    salmonella: Salmonella, variant: str, algorithm: str
) -> None:
    judged = ears(salmonella.counts, salmonella.at, variant)
    assert judged.alarms.tolist() == salmonella.said(algorithm).tolist()


def test_the_likelihood_ratio_gives_the_alarms_of_the_package(salmonella: Salmonella) -> None:
    judged = generalised_likelihood_ratio(salmonella.counts, salmonella.at)
    assert judged.alarms.tolist() == salmonella.said("GLRNegativeBinomial").tolist()


def test_the_rule_in_use_finds_all_outbreaks_with_one_false_alarm(salmonella: Salmonella) -> None:
    """It was chosen on simulated series (benchmarks/alert_rules.py), never on this one."""
    from analytics.trends.alerts import load_watching

    said = ensemble.votes(salmonella.counts, salmonella.weeks, salmonella.at)
    alarms = ensemble.RULES[load_watching().rule](said)
    assert int((alarms & salmonella.outbreaks).sum()) == 4
    assert int((alarms & ~salmonella.outbreaks).sum()) <= 1


def test_c1_is_the_mean_and_three_deviations_of_the_week_before() -> None:
    counts = np.array([2.0, 4, 6, 4, 2, 4, 6, 11, 12])
    judged = ears(counts, range(9), "C1")
    deviation = counts[:7].std(ddof=1)
    assert np.isnan(judged.upper[:7]).all()
    assert judged.upper[7] == pytest.approx(4 + 3.0902323 * deviation)
    assert judged.alarms.tolist() == [False] * 7 + [True, False]


def test_a_variant_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="C1, C2 and C3"):
        ears(np.ones(20), [10], "C4")


def test_a_rise_over_several_weeks_is_seen_though_no_week_stands_out() -> None:
    counts = np.random.default_rng(3).poisson(20, 120).astype(float)
    counts[110:] += 7
    judged = generalised_likelihood_ratio(counts, range(94, 120))
    first = int(judged.at[judged.alarms][0])
    assert first > 110
    assert 109 <= judged.since[first - 94] <= 112
    assert counts[first] <= judged.upper[first - 94]


def test_farrington_judges_nothing_without_the_former_years() -> None:
    judged = farrington(np.ones(260), WEEKS, [100, 259])
    assert np.isnan(judged.expected[0])
    assert judged.expected[1] == pytest.approx(1)


def test_what_is_needed_only_is_the_same_as_all() -> None:
    counts = np.random.default_rng(5).poisson(6, 200).astype(float)
    counts[190:193] += 14
    at = range(174, 200)
    whole, needed = ensemble.votes_where_needed(counts, WEEKS[:200], at)
    everything = ensemble.votes(counts, WEEKS[:200], at)
    assert whole.alarms.any()
    for name, one in needed.items():
        same = everything[name].only(whole.alarms)
        if name != "farrington":
            assert one.alarms.tolist() == same.alarms.tolist()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 60), min_size=60, max_size=130))
def test_an_alarm_is_never_without_more_than_was_expected(counts: list[int]) -> None:
    values = np.array(counts, dtype=float)
    at = range(len(values) - 20, len(values))
    judged = generalised_likelihood_ratio(values, at)
    assert not np.isnan(judged.expected).any()
    for position in np.flatnonzero(judged.alarms):
        since, now = int(judged.since[position]), int(judged.at[position])
        expected = judged.expected[since - at[0] : position + 1].sum()
        assert since <= now
        assert values[since : now + 1].sum() > expected


@pytest.mark.parametrize("level", [0, 1])
def test_a_series_of_zeros_or_ones_raises_no_alarm(level: int) -> None:
    counts = np.full(260, float(level))
    said = ensemble.votes(counts, WEEKS, range(234, 260))
    for name, rule in ensemble.RULES.items():
        assert not rule(said).any(), name
