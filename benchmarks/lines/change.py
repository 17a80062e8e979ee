"""The next day: 1 % of the rows changed, and then a run in which nothing changed.

Both against the city's full run, and the cost of the change against that of the smallest size
measured in the same call.
"""

from __future__ import annotations

from statistics import median

from benchmarks.changes import add_a_day
from benchmarks.cities import City, go_whole_way
from benchmarks.measuring import measure
from benchmarks.model import Asked, Figure, Line, Result
from benchmarks.units import RESIDENTS, mebibytes, named_seconds, seconds_of, times

SHARE = 0.01
MOST_SHARE = 0.10
MOST_GROWTH = 3.0
GROWS_OVER = 10.0
"""Sizes that lie so far apart are held against the target of growth."""


def run(asked: Asked) -> Result:
    """``runs`` days, one after the other; after each a run in which nothing has changed."""
    city = asked.cities.published(asked.size, asked.tell)
    if city.full is None:
        raise RuntimeError("The city has no full run.")
    changed, unchanged, sent = [], [], {}
    before = _disk(city)
    for _ in range(asked.runs):
        city.changed_days += 1
        city.remember()
        sent = measure(add_a_day, city, city.changed_days, SHARE).value
        asked.tell(f"day {city.changed_days}: {sum(sent.values()):,} rows sent")
        changed.append(go_whole_way(city, asked.tell))
        unchanged.append(go_whole_way(city, asked.tell))
    cost, idle = median(w.seconds for w in changed), median(w.seconds for w in unchanged)
    rows = sum(sent.values())
    figures = (
        _share("a changed day over the full run", cost / city.full.seconds),
        *_growth(cost, asked),
        Figure(
            "a run in which nothing changed, over the full run", f"{idle / city.full.seconds:.1%}"
        ),
        Figure("full run", f"{city.full.seconds:.2f} s"),
        Figure("changed day, seconds of every run", seconds_of(w.seconds for w in changed)),
        Figure("nothing changed, seconds of every run", seconds_of(w.seconds for w in unchanged)),
        Figure("seconds of each step, changed day", named_seconds(changed[-1].steps)),
        Figure("seconds of each step, nothing changed", named_seconds(unchanged[-1].steps)),
        Figure("peak memory, changed day", mebibytes(max(w.peak_bytes for w in changed))),
        Figure(
            f"rows sent, last day ({rows / city.records:.2%} of all)",
            ", ".join(f"{feed} {count:,}" for feed, count in sent.items()),
        ),
        Figure("disk added for each day", mebibytes((_disk(city) - before) / asked.runs)),
    )
    return Result(asked.size, figures, {"seconds": cost})


def _share(what: str, measured: float) -> Figure:
    return Figure(what, f"{measured:.1%}", f"at most {MOST_SHARE:.0%}", measured <= MOST_SHARE)


def _growth(cost: float, asked: Asked) -> tuple[Figure, ...]:
    """Against the smaller sizes; the target is meant for ten times as many residents."""
    figures = []
    for smaller in asked.before:
        grown = asked.size / smaller.size
        what = f"a changed day over one at {smaller.size:,} residents ({grown:.1f} times as many)"
        measured = cost / smaller.kept["seconds"]
        if grown < GROWS_OVER:
            figures.append(Figure(what, times(cost, smaller.kept["seconds"])))
        else:
            target = f"at most {MOST_GROWTH:g} times"
            figures.append(Figure(what, f"{measured:.2f} times", target, measured <= MOST_GROWTH))
    return tuple(figures)


def _disk(city: City) -> int:
    return sum(city.disk().values())


LINE = Line(
    name="change",
    title=(
        "The whole way after 1 % of the rows changed (new and corrected rows of the feeds that "
        "send rows, `benchmarks/changes.yml`; lists that are sent whole are not sent again), and "
        "after nothing changed, against the full run"
    ),
    unit="residents",
    sizes=RESIDENTS,
    turn=7,
    run=run,
)
