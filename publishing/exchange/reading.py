"""A publication opened to be sent out, or a clear word where it is too old for that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from civic.errors import CivicError
from civic.settings import Settings
from publishing.opening import OpenPublication, open_publication


@contextmanager
def open_to_send(settings: Settings, number: int | None) -> Iterator[OpenPublication]:
    """A publication, the current one without a number.

    Raises CivicError where there is none, or where it was made before the tables that are sent.
    """
    with open_publication(settings, number) as opened:
        try:
            yield opened
        except duckdb.CatalogException as error:
            raise CivicError(
                f"Publication {opened.number} lacks a table that is sent out.",
                "It is of an older version: run civic run, then this again.",
                zh=f"第 {opened.number} 号发布缺少所需的表。",
                remedy_zh="该发布版本较旧：请先运行 civic run，再重试。",
            ) from error
