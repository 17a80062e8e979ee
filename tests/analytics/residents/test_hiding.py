"""No small count of persons can be worked out from the counts that are shown: by linear programs.

The attacker knows every count that is shown, that counts are not negative, and that they add up.
Of a small count she must not be able to exclude any of one to four.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.residents.hiding import Tree, shown_places
from tests.analytics.residents.attack import SMALLEST, Attack, is_open

# The whole, two districts, their communities, and grids in those.
TREE = Tree([-1, 0, 0, 1, 1, 1, 2, 2, 3, 3, 3, 4, 4, 6, 6])
LEAVES = [p for p, inside in enumerate(TREE.children()) if not inside]


def summed(leaves: np.ndarray, tree: Tree = TREE) -> np.ndarray:
    """Counts of every place from those of the leaves: places x categories."""
    counts = np.zeros((len(tree.parents), leaves.shape[1]), dtype=np.int64)
    counts[[p for p, inside in enumerate(tree.children()) if not inside]] = leaves
    for place in reversed(range(1, len(tree.parents))):
        counts[tree.parents[place]] += counts[place]
    return counts


def lies_in(place: int) -> list[int]:
    """Which leaves are in a place."""
    found = []
    for number, leaf in enumerate(LEAVES):
        at = leaf
        while at not in (place, -1):
            at = TREE.parents[at]
        if at == place:
            found.append(number)
    return found


INSIDE = [lies_in(place) for place in range(len(TREE.parents))]


def small(counts: np.ndarray) -> list[tuple[int, int]]:
    return [tuple(cell) for cell in np.argwhere((counts > 0) & (counts < SMALLEST))]


few = st.one_of(st.integers(0, 6), st.integers(0, 40))


def drawn(categories: int) -> st.SearchStrategy[np.ndarray]:
    row = st.lists(few, min_size=categories, max_size=categories)
    return st.lists(row, min_size=len(LEAVES), max_size=len(LEAVES)).map(np.array)


@settings(max_examples=60, deadline=None)
@given(drawn(3))
def test_no_small_count_comes_back_from_a_dimension_and_its_totals(leaves):
    counts = summed(leaves)
    totals = counts.sum(axis=1, keepdims=True)
    known = shown_places(TREE, totals, smallest=SMALLEST)
    shown = shown_places(TREE, counts, smallest=SMALLEST, known_totals=known)
    attack = Attack(leaves.size)

    def members(place: int, categories: list[int]) -> np.ndarray:
        made = np.zeros(leaves.shape)
        made[np.ix_(INSIDE[place], categories)] = 1
        return made.reshape(-1)

    for place in range(len(counts)):
        if known[place]:
            attack.learn(members(place, [0, 1, 2]), totals[place, 0])
        if shown[place]:
            for category in range(3):
                attack.learn(members(place, [category]), counts[place, category])
    for place, category in small(counts):
        assert not shown[place]
        assert is_open(attack.bounds(members(place, [category]))), (place, category)
    for place, _ in small(totals):
        assert not known[place]
        assert is_open(attack.bounds(members(place, [0, 1, 2]))), place


@settings(max_examples=25, deadline=None)
@given(st.lists(few, min_size=len(LEAVES) * 8, max_size=len(LEAVES) * 8))
def test_nor_from_all_dimensions_together(values):
    """Each person has a value in each of three dimensions; all are shown over the same places."""
    joint = np.array(values).reshape(len(LEAVES), 2, 2, 2)
    totals = summed(joint.sum(axis=(1, 2, 3))[:, None])
    known = shown_places(TREE, totals, smallest=SMALLEST)
    attack = Attack(joint.size)
    wanted = []
    for place, axis, value in itertools.product(range(len(totals)), range(3), range(2)):
        made = np.zeros(joint.shape)
        chosen: list[object] = [INSIDE[place], *[slice(None)] * 3]
        chosen[axis + 1] = value
        made[tuple(chosen)] = 1
        wanted.append((place, axis, value, made.reshape(-1)))
    margins = [summed(joint.sum(axis=tuple({1, 2, 3} - {axis + 1}))) for axis in range(3)]
    shown = [
        shown_places(TREE, margin, smallest=SMALLEST, known_totals=known) for margin in margins
    ]
    for place, axis, value, members in wanted:
        if shown[axis][place]:
            attack.learn(members, margins[axis][place, value])
        if known[place] and axis == value == 0:
            whole = np.zeros(joint.shape)
            whole[INSIDE[place]] = 1
            attack.learn(whole.reshape(-1), totals[place, 0])
    for place, axis, value, members in wanted:
        if 0 < margins[axis][place, value] < SMALLEST:
            assert is_open(attack.bounds(members)), (place, axis, value)


def test_the_attack_finds_what_is_hidden_alone():
    """So that the tests above mean something: hiding only the small ones does not do."""
    counts = summed(np.array([[3], *[[20]] * (len(LEAVES) - 1)]))
    naive = counts[:, 0] >= SMALLEST
    attack = Attack(len(LEAVES))
    for place in np.flatnonzero(naive):
        attack.learn(np.isin(range(len(LEAVES)), INSIDE[place]).astype(float), counts[place, 0])
    (cell,) = small(counts)
    assert attack.bounds(np.eye(len(LEAVES))[LEAVES.index(cell[0])]) == pytest.approx((3, 3))
    shown = shown_places(TREE, counts, smallest=SMALLEST)
    assert set(np.flatnonzero(~shown)) == {4, 5, 11, 12}


def test_where_nothing_is_small_everything_is_shown():
    counts = summed(np.full((len(LEAVES), 2), 9))
    known = shown_places(TREE, counts.sum(axis=1, keepdims=True), smallest=SMALLEST)
    assert known.all()
    assert shown_places(TREE, counts, smallest=SMALLEST, known_totals=known).all()


def test_nobody_at_all_may_be_shown():
    counts = summed(np.array([[0, 9], *[[7, 9]] * (len(LEAVES) - 1)]))
    assert shown_places(TREE, counts, smallest=SMALLEST).all()


def test_what_is_barred_is_hidden_with_a_sibling_and_all_below():
    counts = summed(np.full((len(LEAVES), 1), 9))
    barred = np.zeros(len(counts), dtype=bool)
    barred[3] = True
    shown = shown_places(TREE, counts, smallest=SMALLEST, barred=barred)
    assert set(np.flatnonzero(~shown)) == {3, 5, 8, 9, 10}


@settings(max_examples=40, deadline=None)
@given(drawn(2), drawn(2))
def test_what_was_hidden_stays_hidden(leaves, later):
    first = shown_places(TREE, summed(leaves), smallest=SMALLEST)
    second = shown_places(TREE, summed(later), smallest=SMALLEST, barred=~first)
    assert not (second & ~first).any()


def test_an_only_child_betrays_its_parent_so_both_are_hidden():
    tree = Tree([-1, 0, 0, 1, 1, 3])
    counts = summed(np.array([[30], [30], [30]]), tree)
    barred = np.array([False, False, False, False, False, True])
    shown = shown_places(tree, counts, smallest=SMALLEST, barred=barred)
    assert not shown[[3, 5]].any()
    assert shown[[0, 1, 2]].all()
    assert not shown[4]


@pytest.mark.parametrize("parents", [[], [0], [-1, 1], [-1, 2, 0]])
def test_a_tree_has_its_whole_first_and_parents_before_children(parents):
    with pytest.raises(ValueError, match=r"whole|comes after"):
        Tree(parents)


def test_children_that_do_not_add_up_are_refused():
    with pytest.raises(ValueError, match="do not add up"):
        shown_places(Tree([-1, 0, 0]), np.array([[10], [6], [5]]), smallest=SMALLEST)
