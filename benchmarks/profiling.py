"""Where the time of a function goes, by cProfile: a text file to read.

Only the calling thread is profiled; what other threads and processes do shows as waiting. A
profiled run is slower than a measured one, so it is never measured.
"""

from __future__ import annotations

import cProfile
import io
import pstats
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
SHOWN = 40


def profiled(function: Callable[[], T], path: Path) -> T:
    """Call ``function``; its functions by their own and by their whole time go to ``path``."""
    profile = cProfile.Profile()
    value = profile.runcall(function)
    text = io.StringIO()
    stats = pstats.Stats(profile, stream=text).strip_dirs()
    for order in ("tottime", "cumulative"):
        stats.sort_stats(order).print_stats(SHOWN)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.getvalue(), encoding="utf-8")
    return value
