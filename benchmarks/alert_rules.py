"""Which methods must agree before there is an alert: chosen on simulated series, none of them real.

Series as Noufaily et al. 2013 simulate them (negative binomial about a mean with trend and yearly
wave, from a few counts a week to a hundred; outbreaks of 2 to 10 deviations spread over weeks by a
lognormal). For every rule: false alarms per week without an outbreak, outbreaks found, weeks of
outbreaks found.

    python -m benchmarks.alert_rules --series 60
"""

from __future__ import annotations

import argparse
import warnings
from datetime import date, timedelta

import numpy as np

from analytics.trends.surveillance import ensemble

YEARS = 6
JUDGED = 26
SCENARIOS = [
    # log mean, trend per week, wave (cosine, sine), dispersion (variance / mean)
    (0.1, 0.0, 0.0, 0.0, 1.5),
    (0.1, 0.0, 0.6, 0.6, 1.5),
    (1.5, 0.0, 0.0, 0.0, 1.2),
    (1.5, 0.003, 0.2, -0.4, 2.0),
    (2.5, 0.0, 0.3, 0.3, 1.1),
    (2.5, 0.002, 0.5, 0.0, 3.0),
    (3.75, 0.001, 0.1, -0.1, 1.1),
    (3.75, 0.0, 0.3, 0.2, 5.0),
    (4.6, 0.0005, 0.2, 0.1, 2.0),
]


def simulate(scenario: tuple[float, ...], rng: np.random.Generator, outbreak: bool):
    """Counts of ``YEARS`` years by week; which of the last ``JUDGED`` belong to an outbreak."""
    level, trend, cosine, sine, dispersion = scenario
    weeks = np.arange(YEARS * 52)
    angle = 2 * np.pi * weeks / 52.18
    mean = np.exp(
        level + trend * (weeks - weeks[-1]) + cosine * np.cos(angle) + sine * np.sin(angle)
    )
    counts = rng.negative_binomial(mean / (dispersion - 1), 1 / dispersion).astype(float)
    found = np.zeros(len(weeks), dtype=bool)
    if outbreak:
        start = rng.integers(len(weeks) - JUDGED, len(weeks) - 6)
        size = rng.poisson(rng.uniform(2, 10) * np.sqrt(mean[start] * dispersion))
        spread = start + np.floor(rng.lognormal(0, 0.5, size)).astype(int)
        for week in spread[spread < len(weeks)]:
            counts[week] += 1
            found[week] = True
    return counts, found[-JUDGED:]


def measure(series: int, seed: int = 1) -> list[dict[str, float | str]]:
    """One line per rule: its false alarms per week and what it finds of the outbreaks."""
    rng = np.random.default_rng(seed)
    days = [date(2019, 1, 7) + timedelta(weeks=k) for k in range(YEARS * 52)]
    at = range(YEARS * 52 - JUDGED, YEARS * 52)
    tallies = {rule: np.zeros(6) for rule in ensemble.RULES}
    for scenario in SCENARIOS:
        for _ in range(series):
            for outbreak in (False, True):
                counts, weeks = simulate(scenario, rng, outbreak)
                votes = ensemble.votes(counts, days, at)
                for rule, decide in ensemble.RULES.items():
                    alarms = decide(votes)
                    quiet = ~weeks
                    tallies[rule] += (
                        (alarms & quiet).sum() if not outbreak else 0,
                        quiet.sum() if not outbreak else 0,
                        (alarms & weeks).any() if weeks.any() else 0,
                        weeks.any(),
                        (alarms & weeks).sum(),
                        weeks.sum(),
                    )
    return [
        {
            "rule": rule,
            "false alarms per week": t[0] / t[1],
            "outbreaks found": t[2] / t[3],
            "outbreak weeks found": t[4] / t[5],
        }
        for rule, t in tallies.items()
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--series", type=int, default=60, help="of each scenario")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    for line in sorted(measure(asked.series, asked.seed), key=lambda x: x["false alarms per week"]):
        print("  ".join(f"{v:.4f}" if isinstance(v, float) else f"{v:32}" for v in line.values()))


if __name__ == "__main__":
    main()
