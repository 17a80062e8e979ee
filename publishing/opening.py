"""Reading a publication: its serving file and its whole lake, read-only, in one connection.

Reports, traces and verification come through here. Nothing here waits for a run: the live lake
is never opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import duckdb
import polars as pl

from analytics.reports.signing import as_signed
from civic.errors import CivicError
from civic.lake import open_catalog_copy
from civic.settings import Settings
from publishing.shelf import Publication, find_publication

SIGNED = "signed_figures"
"""The serving table of figures as they were signed (``publishing.sign_offs``)."""


@dataclass(frozen=True)
class OpenPublication:
    """A publication being read.

    ``connection``: the lake of that publication attached as ``lake`` and in use, its serving
    file attached as ``serving``; both read-only.
    """

    publication: Publication
    connection: duckdb.DuckDBPyConnection

    @property
    def number(self) -> int:
        """The publication's number."""
        return self.publication.number

    @property
    def manifest(self) -> Mapping[str, Any]:
        """What the publication is made of."""
        return self.publication.manifest

    @cached_property
    def cells(self) -> pl.DataFrame:
        """Every cell, in order of ``cell_id`` (columns: docs/architecture.md, Cells)."""
        return self.table("cells").sort("cell_id")

    @cached_property
    def shown_cells(self) -> pl.DataFrame:
        """Every cell as readers are shown it: with the signed figure in place where one stands.

        Beside the columns of ``cells``: those of ``analytics.reports.signing.as_signed``.
        """
        signed = self.table(SIGNED) if self.has(SIGNED) else pl.DataFrame()
        return as_signed(self.cells, signed).sort("cell_id")

    def values(self, cell_ids: Iterable[str]) -> dict[str, float | None]:
        """The figures of cells by identifier, of those that there are."""
        return dict(
            self.connection.execute(
                "select cell_id, value from serving.main.cells where list_contains(?, cell_id)",
                [list(cell_ids)],
            ).fetchall()
        )

    def has(self, name: str) -> bool:
        """Whether there is such a serving table: publications of earlier versions have fewer."""
        sql = "select 1 from duckdb_tables() where database_name = 'serving' and table_name = ?"
        return self.connection.execute(sql, [name]).fetchone() is not None

    def derived(self, name: str) -> pl.DataFrame:
        """A serving table of alerts or scores, whole.

        Raises CivicError where the publication is of an earlier version that had none.
        """
        if not self.has(name):
            raise CivicError(
                f"Publication {self.number} has no {name}: it is of an earlier version.",
                "Run: civic run",
                zh=f"第 {self.number} 号发布没有 {name}：由早期版本生成。",
                remedy_zh="运行：civic run",
            )
        return self.table(name)

    def table(self, name: str) -> pl.DataFrame:
        """A serving table, whole."""
        quoted = name.replace('"', '""')
        return self.connection.execute(f'select * from serving.main."{quoted}"').pl()


def newest_tables(
    kept: Sequence[Publication], names: Sequence[str]
) -> dict[str, pl.DataFrame] | None:
    """These serving tables of the newest publication that has all of them; None where none has."""
    for publication in reversed(kept):
        with duckdb.connect(str(publication.serving_file), read_only=True) as serving:
            listed = serving.execute("select table_name from duckdb_tables()").fetchall()
            if {(name,) for name in names} <= set(listed):
                return {name: serving.execute(f'from "{name}"').pl() for name in names}
    return None


@contextmanager
def open_publication(settings: Settings, number: int | None = None) -> Iterator[OpenPublication]:
    """Open a publication, the current one where no number is given.

    All is read in one transaction: a statement that DuckDB refuses may end the reading. Raises
    CivicError where there is no publication.
    """
    publication = find_publication(settings, number)
    with open_catalog_copy(settings, publication.catalog_file) as connection:
        path = str(publication.serving_file).replace("'", "''")
        connection.execute(f"attach '{path}' as serving (read_only)")
        _for_small_questions(connection)
        yield OpenPublication(publication, connection)


def _for_small_questions(connection: duckdb.DuckDBPyConnection) -> None:
    """Make a statement that asks for a few rows cheap; no answer changes by it.

    Nothing in a publication ever changes: in one transaction DuckLake reads its catalog once, not
    for every statement. Late materialisation reads a table twice to have the first rows of it,
    which pays for wide rows only: here keys and figures are asked for.
    """
    found = connection.execute("select current_setting('disabled_optimizers')").fetchone()
    disabled = ",".join(filter(None, (found[0] if found else "", "late_materialization")))
    connection.execute(f"set disabled_optimizers = '{disabled}'")
    connection.execute("begin transaction")
