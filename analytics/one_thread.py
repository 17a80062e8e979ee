"""Small models are fitted faster by one thread, and beside another process very much faster."""

from __future__ import annotations

from contextlib import AbstractContextManager


def one_thread() -> AbstractContextManager[object]:
    """While this is open, numerical libraries use one thread.

    Their threads wait for each other by spinning: with as many busy processes as processors a fit
    of a tenth of a second was measured to take ten seconds.
    """
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[object] = threadpool_limits(limits=1)
    return limits
