"""Which category a message belongs to, how probable that is, and when a person must decide.

A linear classifier on the characters of subject and body (one to three of them), small and local.
Its scores are turned into probabilities by a logistic regression on messages that it had not
learnt from, and it is sure only from a probability on at which it was right often enough.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.one_thread import one_thread
from civic.errors import CivicError

FOLDS = 5
LEAST = 10
"""A category of which fewer messages are known is not learnt: none could be held back."""
RIGHT = 0.95
SORTED = pl.Schema({"category": pl.String(), "probability": pl.Float64(), "is_sure": pl.Boolean()})
Texts = Sequence[tuple[str, str]]
"""Subject and body of each message."""


@dataclass(frozen=True)
class Sorter:
    """A trained classifier.

    ``sure_from``: the probability from which it is sure, above 1 where it never is.
    ``held_back``: what it said of each message that it learnt from, by a part that had not
    (``SORTED``).
    """

    model: Any
    calibration: Any
    sure_from: float
    held_back: pl.DataFrame

    def sort(self, texts: Texts) -> pl.DataFrame:
        """A category for each message (``SORTED``), in their order."""
        if not texts:
            return pl.DataFrame(schema=SORTED)
        scores = self.model.decision_function(_as_table(texts))
        return _said(self.calibration, scores, self.sure_from)


def train(
    texts: Texts,
    categories: Sequence[str],
    taxonomy: Mapping[str, Sequence[str]] | None = None,
    right: float = RIGHT,
) -> Sorter:
    """Learn from messages whose category is known.

    ``taxonomy``: words that stand below a category (names of its sub-categories), learnt from as if
    each were a message. ``right``: how often it must be right where it says that it is sure.
    Raises CivicError where fewer than two categories have ``LEAST`` messages.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold

    known = np.asarray(categories)
    names, counts = np.unique(known, return_counts=True)
    learnt = names[counts >= LEAST]
    if len(learnt) < 2:
        raise CivicError(
            f"Two categories with {LEAST} messages each are needed to learn from.",
            zh=f"至少需要两个类别、每类 {LEAST} 条消息才能学习。",
        )
    keep = np.flatnonzero(np.isin(known, learnt))
    table, known = _as_table(texts)[keep], known[keep]
    words = [
        (name, word) for name in learnt for word in dict.fromkeys((taxonomy or {}).get(name, ()))
    ]
    more, more_known = _as_table([(word, "") for _, word in words]), [name for name, _ in words]
    with one_thread():
        scores = np.zeros((len(known), len(learnt)))
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
        for others, own in folds.split(table, known):
            model = _fitted(table[others], known[others], more, more_known)
            scores[own] = _wide(model.decision_function(table[own]))
        calibration = LogisticRegression(C=10.0, max_iter=1000).fit(scores, known)
        said = _said(calibration, scores, 0.0)
        sure_from = _sure_from(said, known, right)
        model = _fitted(table, known, more, more_known)
    held = pl.DataFrame({"row": keep}).with_columns(
        _said(calibration, scores, sure_from).get_columns()
    )
    everybody = pl.DataFrame({"row": np.arange(len(categories))})
    held_back = everybody.join(held, on="row", how="left", maintain_order="left").drop("row")
    return Sorter(model, calibration, sure_from, held_back)


def _fitted(
    table: NDArray[Any], known: NDArray[Any], more: NDArray[Any], more_known: list[str]
) -> Any:
    from sklearn.compose import ColumnTransformer
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    def characters() -> Any:
        return TfidfVectorizer(analyzer="char", ngram_range=(1, 3), min_df=2, sublinear_tf=True)

    parts = ColumnTransformer([("subject", characters(), 0), ("body", characters(), 1)])
    classifier = LinearSVC(C=0.7, class_weight="balanced", random_state=0)
    return make_pipeline(parts, classifier).fit(
        np.concatenate([table, more]),
        np.concatenate([known, np.array(more_known, dtype=known.dtype)]),
    )


def _as_table(texts: Texts) -> NDArray[Any]:
    """Subject and body without blanks; a message without a subject is its own."""
    made = np.empty((len(texts), 2), dtype=object)
    for at, (subject, body) in enumerate(texts):
        made[at] = "".join(subject.split()), "".join(body.split()) or "".join(subject.split())
    return made


def _wide(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """A column for each category, also where there are only two."""
    return np.column_stack([-scores, scores]) if scores.ndim == 1 else scores


def _said(calibration: Any, scores: NDArray[np.float64], sure_from: float) -> pl.DataFrame:
    probabilities = calibration.predict_proba(_wide(scores))
    best = probabilities.argmax(axis=1)
    highest = probabilities.max(axis=1)
    return pl.DataFrame(
        {
            "category": calibration.classes_[best].astype(str).tolist(),
            "probability": highest,
            "is_sure": highest >= sure_from,
        },
        schema=SORTED,
    )


def _sure_from(said: pl.DataFrame, known: NDArray[Any], right: float) -> float:
    """The least probability from which on the share that was right is as asked."""
    order = said["probability"].arg_sort(descending=True).to_numpy()
    hits = (said["category"].to_numpy() == known)[order]
    shares = hits.cumsum() / np.arange(1, len(hits) + 1)
    enough = np.flatnonzero(shares >= right)
    return float(said["probability"].to_numpy()[order[enough[-1]]]) if len(enough) else 1.1
