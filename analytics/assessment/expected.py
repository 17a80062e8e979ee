"""What was to be expected of anybody with the same mix of work, by a model fitted on others.

Rows of work are told apart by what the one who did it does not choose (category, level, place,
season, load). A model is fitted on the rows of other subjects only (cross-fitting by subject), so
nobody's own doing makes up what is expected of them; of a linear and a tree model the one that
predicts a first part of the others better is taken. Belongs here: the model and its calibration.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.one_thread import one_thread

Floats = NDArray[np.float64]
Kind = Literal["share", "amount", "rate"]
FOLDS = 5
LEAST_ROWS = {"share": 200, "amount": 200, "rate": 20}
"""With fewer rows than these no model is fitted: the mean of the others is expected of all."""
LEAST_FOR_TREES = 1000
MOST_ROWS = 30_000
"""A model is fitted on a sample of this size where there are more rows."""
SOLVER = "newton-cholesky"
RARE = 30
LEAST_AMOUNT = 1e-3
CALIBRATION = pl.Schema({"rows": pl.Int64(), "expected": pl.Float64(), "observed": pl.Float64()})


@dataclass(frozen=True)
class Expected:
    """``values``: of each row. ``model``: the name of the one that was taken.

    ``calibration``: tenths of the rows by what was expected of them, with what came about (columns
    ``CALIBRATION``).
    """

    values: Floats
    model: str
    calibration: pl.DataFrame


def expected(
    outcomes: Floats,
    mix: pl.DataFrame,
    subjects: Sequence[str],
    kind: Kind,
) -> Expected:
    """What was to be expected of each row.

    ``outcomes``: shape (rows,), 0 or 1 for a 'share', not negative for an 'amount' (of one piece
    of work) and a 'rate' (of one subject, amounts in a month). ``mix``: a column for each
    circumstance, texts or numbers. ``subjects``: who did each row.
    """
    groups = np.asarray(subjects)
    if len(outcomes) < LEAST_ROWS[kind] or len(np.unique(groups)) < FOLDS or len(mix.columns) == 0:
        values = _mean_of_others(outcomes, groups)
        return Expected(values, "mean", _calibration(outcomes, values))
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.model_selection import GroupKFold

    table, texts = _coded(mix)
    work = _Work(outcomes, table, kind)
    first, *folds = GroupKFold(FOLDS).split(table, groups=groups)
    candidates = _candidates(texts, table.shape[1], len(table), kind)
    values = np.empty(len(outcomes))
    with one_thread(), warnings.catch_warnings():
        # Where Newton's steps do not get on, scikit-learn says so and goes on with others.
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("ignore", RuntimeWarning)
        tried = {name: work.predicted(model, *first) for name, model in candidates.items()}
        name = min(tried, key=lambda name: _deviance(outcomes[first[1]], tried[name], kind))
        values[first[1]] = tried[name]
        for others, own in folds:
            values[own] = work.predicted(candidates[name], others, own)
    return Expected(values, name, _calibration(outcomes, values))


def _coded(mix: pl.DataFrame) -> tuple[Floats, list[int]]:
    """The circumstances as numbers, and the columns that stand for texts.

    Values that fewer than ``RARE`` rows have are one value.
    """
    texts = [name for name, dtype in mix.schema.items() if dtype == pl.String]
    coded = mix.with_columns(
        pl.when(pl.len().over(name) >= RARE)
        .then(pl.col(name).rank("dense"))
        .otherwise(0)
        .alias(name)
        for name in texts
    )
    return coded.to_numpy().astype(float), [mix.columns.index(name) for name in texts]


def _candidates(texts: list[int], columns: int, rows: int, kind: Kind) -> dict[str, Any]:
    from sklearn.compose import ColumnTransformer
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from sklearn.linear_model import GammaRegressor, LogisticRegression, PoissonRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    numbers = [at for at in range(columns) if at not in texts]
    trees: dict[str, Any] = {
        "max_iter": 60,
        "learning_rate": 0.1,
        "max_leaf_nodes": 8,
        "min_samples_leaf": 40,
        "categorical_features": texts or None,
        "random_state": 0,
    }
    linear: Any = LogisticRegression(C=1.0, solver=SOLVER)
    boosted: Any = HistGradientBoostingClassifier(**trees)
    if kind == "amount":
        linear = GammaRegressor(alpha=1e-2, solver=SOLVER)
        boosted = HistGradientBoostingRegressor(loss="gamma", **trees)
    elif kind == "rate":
        linear = PoissonRegressor(alpha=1e-3, solver=SOLVER)
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    each = ColumnTransformer([("texts", one_hot, texts), ("numbers", StandardScaler(), numbers)])
    made = {"linear": make_pipeline(each, linear)}
    if kind != "rate" and rows >= LEAST_FOR_TREES:
        made["trees"] = make_pipeline(boosted)
    return made


@dataclass(frozen=True)
class _Work:
    """Rows of work as numbers: what came of each, and its circumstances."""

    outcomes: Floats
    table: Floats
    kind: Kind

    def predicted(self, model: Any, others: NDArray[Any], own: NDArray[Any]) -> Floats:
        """What a model that is fitted on ``others`` says of the rows ``own``."""
        known = self.outcomes
        if self.kind == "amount":
            known = np.maximum(known, LEAST_AMOUNT)
        if len(others) > MOST_ROWS:
            chance = np.random.default_rng(0)
            others = np.sort(chance.choice(others, MOST_ROWS, replace=False))
        if self.kind == "share" and len(np.unique(known[others])) < 2:
            return np.full(len(own), known[others].mean())
        fitted = model.fit(self.table[others], known[others])
        asked = self.table[own]
        made: Floats = (
            fitted.predict_proba(asked)[:, 1] if self.kind == "share" else fitted.predict(asked)
        )
        return made


def _mean_of_others(outcomes: Floats, groups: NDArray[Any]) -> Floats:
    _, which = np.unique(groups, return_inverse=True)
    sums, counts = np.bincount(which, outcomes), np.bincount(which)
    others = len(outcomes) - counts
    with np.errstate(divide="ignore", invalid="ignore"):
        means = (outcomes.sum() - sums) / others
    return np.where(others > 0, means, outcomes.mean() if len(outcomes) else 0.0)[which]


def _deviance(outcomes: Floats, values: Floats, kind: Kind) -> float:
    if kind == "share":
        p = np.clip(values, 1e-6, 1 - 1e-6)
        return float(-(outcomes * np.log(p) + (1 - outcomes) * np.log(1 - p)).mean())
    y, mean = np.maximum(outcomes, LEAST_AMOUNT), np.maximum(values, LEAST_AMOUNT)
    return float((y / mean - np.log(y / mean) - 1).mean())


def _calibration(outcomes: Floats, values: Floats, parts: int = 10) -> pl.DataFrame:
    order = np.argsort(values, kind="stable")
    found = [
        {"rows": len(part), "expected": values[part].mean(), "observed": outcomes[part].mean()}
        for part in np.array_split(order, parts)
        if len(part)
    ]
    return pl.DataFrame(found, schema=CALIBRATION)
