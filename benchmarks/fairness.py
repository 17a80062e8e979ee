"""How scores of grid workers go with their true ability, which the simulator knows and hides.

Of each period: rank correlation with ability of the score, of plain averages and of points per
task; correlation of the score with the amount of work among the equally able; how often the 90 %
intervals of ranks hold the true rank.

    civic simulate --residents 150000 --months 7 --seed 11 --out left   # writes truth/ beside it
    (publish it), then
    python -m benchmarks.fairness --home HOME --truth truth
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np
import polars as pl
from scipy.stats import rankdata, spearmanr


def measure(scores: pl.DataFrame, indicators: pl.DataFrame, truth: pl.DataFrame) -> pl.DataFrame:
    """A line for each period; the frames as a publication and the simulator have them."""
    lines = []
    for period in scores["period"].unique().sort():
        own = indicators.filter(period=period)
        work = own.filter(indicator="valid_reports").select("subject", tasks="denominator")
        in_time = own.filter(indicator="in_time").select("subject", "value", points="numerator")
        found = (
            scores.filter(pl.col("score").is_not_null(), period=period)
            .join(truth, on="subject")
            .join(work, on="subject")
            .join(in_time, on="subject")
        )
        if found.height < 10:
            continue
        score, ability = found["score"].to_numpy(), found["ability"].to_numpy()
        held = []
        for (_peers,), group in found.group_by("peers", maintain_order=True):
            rank = rankdata(-group["ability"].to_numpy())
            held += list(
                (group["rank_low"].to_numpy() <= rank) & (rank <= group["rank_high"].to_numpy())
            )
        lines.append(
            {
                "period": period,
                "workers": found.height,
                "tasks": found["tasks"].mean(),
                "score": spearmanr(score, ability).statistic,
                "plain average": spearmanr(found["value"], ability).statistic,
                "points": spearmanr(found["points"], ability).statistic,
                "with workload": _partial(score, found["tasks"].to_numpy(), ability),
                "ranks held": float(np.mean(held)),
            }
        )
    return pl.DataFrame(lines)


def _partial(one: np.ndarray, other: np.ndarray, given: np.ndarray) -> float:
    """Rank correlation of two among the equally able: of what ability does not explain."""
    ranks = [rankdata(x) for x in (one, other, given)]
    left = [r - np.polyval(np.polyfit(ranks[2], r, 2), ranks[2]) for r in ranks[:2]]
    return float(np.corrcoef(*left)[0, 1])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", required=True, help="a home with a publication")
    parser.add_argument("--truth", required=True, type=Path, help="what the simulator hid")
    asked = parser.parse_args()
    os.environ["CIVIC_HOME"] = asked.home
    from civic.settings import load_settings
    from publishing.publications import open_publication

    truth = pl.read_csv(asked.truth / "staff.csv").select("ability", subject="staff_no")
    with open_publication(load_settings()) as opened:
        found = measure(opened.table("scores"), opened.table("score_indicators"), truth)
    with pl.Config(tbl_cols=-1, tbl_rows=-1, float_precision=3, tbl_hide_dataframe_shape=True):
        print(found)


if __name__ == "__main__":
    main()
