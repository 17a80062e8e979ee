"""What people have begun to write about: words that recent messages have and earlier ones had not.

A word here is a run of two to eight characters that is met beside different ones: no dictionary is
needed, and names that no dictionary has are found. A word is new where more of the recent messages
have it than its share of the earlier ones lets expect (binomial, false discoveries held to one in a
hundred), at least ``TIMES`` as many; copies of one text count once. Words of the same messages are
one topic. Belongs here: finding topics. Does not belong here: categories (``sorting``), copies
(``same``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import binom, false_discovery_control

from analytics.trends.messages.same import groups, near_duplicates
from analytics.trends.messages.sorting import Texts

LONGEST, SHORTEST = 8, 2
LEAST = 5
"""Recent messages that a topic has at least."""
RATE = 0.01
TIMES = 3.0
FREE = 0.7
"""Of the places where a word stands at most this part has the same character before, or behind."""
ALIKE, WITHIN = 0.5, 0.8
"""Words whose messages are the same to this part (Jaccard), or lie within the others' to that."""
NAMED = 4
_RUN = re.compile(r"[\u4e00-\u9fff]+|[A-Za-z]{3,}")


@dataclass(frozen=True)
class Topic:
    """``words``: the longest first. ``messages``: positions of the recent ones that have a word of
    it. ``usual``: how many of as many earlier ones had its first word; ``p``: of that word."""

    words: tuple[str, ...]
    messages: tuple[int, ...]
    usual: float
    p: float


def emerging(texts: Texts, is_recent: Sequence[bool]) -> list[Topic]:
    """Topics of the recent messages, the surest first.

    ``is_recent``: of each message. No topics where there are no earlier ones, or few recent ones.
    """
    first = _first_of_copies(texts)
    words = [
        _words(subject, body) if first[at] else set() for at, (subject, body) in enumerate(texts)
    ]
    recent = [at for at, one in enumerate(is_recent) if one and first[at]]
    earlier = sum(first) - len(recent)
    if len(recent) < LEAST or not earlier:
        return []
    having: dict[str, set[int]] = {}
    for at in recent:
        for word in words[at]:
            having.setdefault(word, set()).add(at)
    candidates = _longest({w: found for w, found in having.items() if len(found) >= LEAST})
    if not candidates:
        return []
    names = sorted(candidates)
    before = Counter(
        word for at, one in enumerate(is_recent) if not one for word in words[at] & set(names)
    )
    share = np.array([(before[name] + 0.5) / (earlier + 1) for name in names])
    came = np.array([len(candidates[name]) for name in names])
    p = binom.sf(came - 1, len(recent), share)
    # All words that were tried count, not only those that are not part of a longer one.
    tried = sum(len(found) >= LEAST for found in having.values())
    adjusted = false_discovery_control(np.concatenate([p, np.ones(tried - len(names))]))
    told = ["".join(texts[at]) for at in recent]
    new = {
        name: (float(p[n]), float(share[n] * len(recent)))
        for n, name in enumerate(names)
        if adjusted[n] < RATE and came[n] >= TIMES * share[n] * len(recent) and _is_free(name, told)
    }
    return _topics({name: candidates[name] for name in new}, new)


def _first_of_copies(texts: Texts) -> list[bool]:
    """Of messages that say nearly the same the first alone: whoever copies is one voice."""
    first = [True] * len(texts)
    for group in groups(near_duplicates(texts), len(texts)):
        for at in group[1:]:
            first[at] = False
    return first


def _is_free(word: str, texts: Sequence[str]) -> bool:
    """Whether it is a word and no piece of one: different characters stand before and behind it."""
    if word.isascii():
        return True
    before: Counter[str] = Counter()
    behind: Counter[str] = Counter()
    places = 0
    for text in texts:
        for found in re.finditer(re.escape(word), text):
            places += 1
            before.update(_RUN.findall(text[found.start() - 1 : found.start()] or "。"))
            behind.update(_RUN.findall(text[found.end() : found.end() + 1]))
    most = max([0, *before.values(), *behind.values()])
    return most <= FREE * places


def _words(subject: str, body: str) -> set[str]:
    found: set[str] = set()
    for run in _RUN.findall(f"{subject} {body}"):
        if run.isascii():
            found.add(run.lower())
            continue
        for size in range(SHORTEST, min(LONGEST, len(run)) + 1):
            found.update(run[at : at + size] for at in range(len(run) - size + 1))
    return found


def _longest(having: dict[str, set[int]]) -> dict[str, set[int]]:
    """Without words that stand, in nearly all their messages, within a longer one."""
    kept: dict[str, set[int]] = {}
    for word in sorted(having, key=lambda one: (-len(one), one)):
        own = having[word]
        inside = (other for other in kept if word in other)
        if not any(len(kept[other] & own) >= 0.8 * len(own) for other in inside):
            kept[word] = own
    return kept


def _topics(having: dict[str, set[int]], new: dict[str, tuple[float, float]]) -> list[Topic]:
    """Words gathered about the surest one whose messages they share."""
    topics: list[Topic] = []
    left = sorted(having, key=lambda word: (new[word][0], -len(word), word))
    while left:
        head, *others = left
        about = having[head]
        like = [w for w in others if _is_like(having[w], about)]
        left = [w for w in others if w not in like]
        messages = set(about).union(*(having[w] for w in like))
        named = [head, *sorted(like, key=lambda word: (-len(word), word))][:NAMED]
        p, usual = new[head]
        topics.append(Topic(tuple(named), tuple(sorted(messages)), usual, p))
    return topics


def _is_like(own: set[int], about: set[int]) -> bool:
    both = len(own & about)
    return both >= ALIKE * len(own | about) or both >= WITHIN * len(own)
