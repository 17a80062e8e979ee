"""How well messages are sorted, and which say the same, on files of real messages.

    python -m benchmarks.messages --folder FOLDER

``FOLDER`` holds ``messages_labelled.xlsx`` (with the true category), ``taxonomy.xlsx`` and
``messages_2019.xlsx``. Macro-F1 by cross-validation, three times with other parts, against the
largest category and against counting the taxonomy's words.
"""

from __future__ import annotations

import argparse
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from analytics.trends.messages.same import groups, near_duplicates
from analytics.trends.messages.sorting import train

ROUNDS, PARTS = 3, 5


def read(path: Path) -> list[tuple[str, str]]:
    """Subject and body of each message of a file."""
    table = pl.read_excel(path)
    return [(s or "", b or "") for s, b in table.select("留言主题", "留言详情").iter_rows()]


def read_taxonomy(path: Path) -> dict[str, list[str]]:
    """The words below each first-level category; a blank repeats the line above."""
    words: dict[str, list[str]] = {}
    for first, second, third in pl.read_excel(path).fill_null(strategy="forward").iter_rows():
        words.setdefault(first, []).extend(w for w in (second, third) if w)
    return words


def measure(
    texts: Sequence[tuple[str, str]], known: np.ndarray, taxonomy: Mapping[str, Sequence[str]]
) -> dict[str, float]:
    """What comes out on messages that were held back."""
    from sklearn.metrics import f1_score
    from sklearn.model_selection import StratifiedKFold

    scores, plain, sure, right, unsure_right, gaps = [], [], [], [], [], []
    for number in range(ROUNDS):
        category = np.empty(len(known), dtype=object)
        without = np.empty(len(known), dtype=object)
        is_sure, probability = np.empty(len(known), dtype=bool), np.empty(len(known))
        folds = StratifiedKFold(PARTS, shuffle=True, random_state=number)
        for others, own in folds.split(texts, known):
            given = [texts[n] for n in others], known[others].tolist()
            said = train(*given, taxonomy).sort([texts[n] for n in own])
            category[own], is_sure[own] = said["category"], said["is_sure"]
            probability[own] = said["probability"]
            without[own] = train(*given).sort([texts[n] for n in own])["category"]
        scores.append(f1_score(known, category, average="macro"))
        plain.append(f1_score(known, without, average="macro"))
        hit = category == known
        sure.append(is_sure.mean())
        right.append(hit[is_sure].mean())
        unsure_right.append(hit[~is_sure].mean())
        gaps.append(abs(probability.mean() - hit.mean()))
    rng = np.random.default_rng(0)
    drawn = [rng.integers(0, len(known), len(known)) for _ in range(1000)]
    spread = [f1_score(known[d], category[d], average="macro") for d in drawn]
    largest = Counter(known.tolist()).most_common(1)[0][0]
    counted = [_by_words("".join(text), taxonomy, set(known.tolist()), largest) for text in texts]
    return {
        "macro-F1": float(np.mean(scores)),
        "95 % from": float(np.quantile(spread, 0.025)),
        "95 % to": float(np.quantile(spread, 0.975)),
        "macro-F1 without taxonomy": float(np.mean(plain)),
        "largest category": f1_score(known, [largest] * len(known), average="macro"),
        "words of the taxonomy": f1_score(known, counted, average="macro"),
        "sure of": float(np.mean(sure)),
        "right where sure": float(np.mean(right)),
        "right where unsure": float(np.mean(unsure_right)),
        "probability less accuracy": float(np.mean(gaps)),
    }


def _by_words(
    text: str, taxonomy: Mapping[str, Sequence[str]], there: set[str], largest: str
) -> str:
    counts = {name: sum(text.count(w) for w in set(taxonomy.get(name, ()))) for name in there}
    best = max(sorted(counts), key=lambda name: counts[name])
    return best if counts[best] else largest


def main() -> None:
    """Print the figures, and fifty pairs across the range of similarity to check by hand."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", required=True, type=Path)
    parser.add_argument("--pairs", type=int, default=0, help="how many pairs to print")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    texts = read(asked.folder / "messages_labelled.xlsx")
    known = pl.read_excel(asked.folder / "messages_labelled.xlsx")["一级分类"].to_numpy()
    taxonomy = read_taxonomy(asked.folder / "taxonomy.xlsx")
    for name, value in measure(texts, known, taxonomy).items():
        print(f"{name:28} {value:.3f}")
    messages = read(asked.folder / "messages_2019.xlsx")
    pairs = near_duplicates(messages)
    found = groups(pairs, len(messages))
    print(f"{len(messages)} messages: {pairs.height} pairs, {len(found)} groups,"
          f" {sum(map(len, found))} messages in them, the largest has {len(found[0])}")  # fmt: skip
    step = max(1, pairs.height // asked.pairs) if asked.pairs else 0
    for one, other, similarity in pairs.gather_every(step).iter_rows() if step else ():
        print(f"{similarity:.2f}", *(_short(messages[n]) for n in (one, other)), sep="\n  ")


def _short(message: tuple[str, str]) -> str:
    return f"{message[0]} | {''.join(message[1].split())[:90]}"


if __name__ == "__main__":
    main()
