"""Messages that say the same: sent twice, copied, or written again with small changes.

Belongs here: which messages are near-duplicates. Does not belong here: what they are about
(``sorting``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from analytics.trends.messages.sorting import Texts

THRESHOLD = 0.6
SHORTEST = 12
"""Texts with fewer characters are the same only where they are equal: four words in common say
nothing."""
PAIRS = pl.Schema({"one": pl.Int64(), "other": pl.Int64(), "similarity": pl.Float64()})


def near_duplicates(texts: Texts, threshold: float = THRESHOLD) -> pl.DataFrame:
    """Pairs of messages whose texts are nearly the same, the most alike first (``PAIRS``).

    ``one``, ``other``: positions in ``texts``. ``similarity``: cosine of what they weigh by threes
    of characters (rare ones weigh more), from ``threshold`` to 1.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    whole = ["".join(f"{subject}{body}".split()) for subject, body in texts]
    long = [at for at, text in enumerate(whole) if len(text) >= SHORTEST]
    found = [_equal([(at, text) for at, text in enumerate(whole) if 0 < len(text) < SHORTEST])]
    if len(long) > 1:
        vectors = TfidfVectorizer(analyzer="char", ngram_range=(3, 3), sublinear_tf=True)
        table = vectors.fit_transform([whole[at] for at in long]).tocsr()
        for start in range(0, len(long), 1000):
            alike = (table[start : start + 1000] @ table.T).tocoo()
            keep = (alike.data >= threshold) & (alike.row + start < alike.col)
            positions = np.asarray(long)
            found.append(
                pl.DataFrame(
                    {
                        "one": positions[alike.row[keep] + start],
                        "other": positions[alike.col[keep]],
                        "similarity": np.minimum(alike.data[keep], 1.0),
                    },
                    schema=PAIRS,
                )
            )
    return pl.concat(found).sort("similarity", "one", "other", descending=[True, False, False])


def groups(pairs: pl.DataFrame, count: int) -> list[list[int]]:
    """Messages that hang together by pairs, the largest group first; ``count``: all messages."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    linked = coo_matrix(
        (np.ones(pairs.height), (pairs["one"].to_numpy(), pairs["other"].to_numpy())),
        shape=(count, count),
    )
    _, which = connected_components(linked, directed=False)
    members = pl.DataFrame({"group": which, "at": np.arange(count)}).group_by("group").agg("at")
    found = [sorted(one) for one in members["at"].to_list() if len(one) > 1]
    return sorted(found, key=lambda one: (-len(one), one))


def _equal(short: Sequence[tuple[int, str]]) -> pl.DataFrame:
    by_text: dict[str, list[int]] = {}
    for at, text in short:
        by_text.setdefault(text, []).append(at)
    pairs = [
        (one, other, 1.0)
        for members in by_text.values()
        for n, one in enumerate(members)
        for other in members[n + 1 :]
    ]
    return pl.DataFrame(pairs, schema=PAIRS, orient="row")
