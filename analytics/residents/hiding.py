"""Which counts of persons may be shown over a tree of places, so that no small one comes back.

At each place persons are counted by the categories of one dimension: a vector. A vector is shown
whole or not at all, and no vector is shown below one that is not. What is shown then tells of a
hidden place only what its shown parent and shown siblings leave over, and how many persons it has
where that total is shown. Both are kept so wide that a count of one to four could be any of them.

Complementary suppression in the sense of Hundepool et al., Statistical Disclosure Control (2012),
ch. 4. Belongs here: the choice of what is hidden. Does not belong here: counting, and words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Flags = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Tree:
    """Places from the whole downwards.

    ``parents``: for each place the index of what it lies in, smaller than its own; -1 for the one
    place that is the whole, which comes first.
    """

    parents: Sequence[int]

    def __post_init__(self) -> None:
        if not self.parents or self.parents[0] != -1:
            raise ValueError("the first place is the whole")
        if any(not 0 <= parent < i for i, parent in enumerate(self.parents) if i):
            raise ValueError("a place comes after what it lies in")

    def children(self) -> list[list[int]]:
        """For each place the places that lie in it directly."""
        found: list[list[int]] = [[] for _ in self.parents]
        for place, parent in enumerate(self.parents):
            if parent >= 0:
                found[parent].append(place)
        return found


def shown_places(
    tree: Tree,
    counts: Counts,
    *,
    smallest: int,
    barred: Flags | None = None,
    known_totals: Flags | None = None,
) -> Flags:
    """Where the vector may be shown.

    ``counts``: places x categories, each place the sum of its children. ``smallest``: the smallest
    count that may be shown, at least 2; zero may. ``barred``: places that may not be shown whatever
    their counts. ``known_totals``: where the sum of the vector is shown elsewhere; nowhere else is
    a vector shown. None where the vectors are those sums. Raises ValueError where children do not
    add up to their parent.
    """
    children = tree.children()
    for place, inside in enumerate(children):
        if inside and not (counts[inside].sum(axis=0) == counts[place]).all():
            raise ValueError(f"the children of place {place} do not add up to it")
    totals = counts.sum(axis=1)
    hidden: Flags = np.any(_is_small(counts, smallest), axis=1)
    if barred is not None:
        hidden = hidden | barred
    if known_totals is not None:
        hidden = hidden | ~known_totals
    told = _totals_told(tree, totals, known_totals)
    with_siblings = np.zeros(len(totals), dtype=bool)
    # From below: what cannot be kept apart below a shown place makes that place hidden.
    for place in reversed(range(len(children))):
        apart = _kept_apart(children[place], counts, totals, hidden, told, smallest)
        if apart is None:
            hidden[place] = True
        else:
            with_siblings[apart] = True
    shown = ~(hidden | with_siblings)
    for place, parent in enumerate(tree.parents):
        if parent >= 0 and not shown[parent]:
            shown[place] = False
    return shown


def _kept_apart(
    inside: list[int],
    counts: Counts,
    totals: Counts,
    hidden: Flags,
    told: list[Counts],
    smallest: int,
) -> list[int] | None:
    """Children to hide so that none comes back where their parent is shown; None: there are none.

    Those that must be hidden, and then others, those with the fewest persons first.
    """
    first = [place for place in inside if hidden[place]]
    if not first:
        return []
    others = sorted((p for p in inside if not hidden[p]), key=lambda p: (totals[p], p))
    for more in range(len(others) + 1):
        group = first + others[:more]
        if len(group) > 1 and _is_safe(group, counts, told, smallest):
            return group
    return None


def _is_safe(group: list[int], counts: Counts, told: list[Counts], smallest: int) -> bool:
    """Whether sums and totals leave each small count of the group open.

    Known of the group: ``s`` persons of a category, ``n`` in all, and of a place or part of one
    ``t`` persons where its total is shown. A count there is at least ``t + s - n`` and at most the
    smaller of ``t`` and ``s``. The least must not be among the small counts above one: then a count
    is known to be large, or any small one is possible.
    """
    sums = counts[group].sum(axis=0)
    if _is_small(sums, smallest).any():
        return False
    known = np.concatenate([told[place] for place in group])
    least = known[:, None] + sums[None, sums > 0] - sums.sum()
    return not ((least >= 2) & (least < smallest)).any()


def _is_small(counts: Counts, smallest: int) -> Flags:
    return (counts > 0) & (counts < smallest)


def _totals_told(tree: Tree, totals: Counts, known: Flags | None) -> list[Counts]:
    """For each place the totals that are shown of it and of what lies in it."""
    told: list[list[int]] = [[] for _ in tree.parents]
    if known is not None:
        for place in reversed(range(len(told))):
            if known[place]:
                told[place].append(int(totals[place]))
            if place:
                told[tree.parents[place]].extend(told[place])
    return [np.array(sorted(set(of_place)), dtype=np.int64) for of_place in told]
