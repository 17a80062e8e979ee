"""Signed figures, kept from publication to publication: what was signed never changes afterwards.

Belongs here: whose figures a signature fixes, carrying them on, and what was revised since. Does
not belong here: which decisions are in force (``analytics.reports.signing``), drawing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import polars as pl

from analytics.reports import signing
from analytics.reports.cells import SCHEMA as CELLS
from analytics.reports.declarations import Report
from civic.lake import LAKE
from civic.settings import ZONE
from publishing.opening import SIGNED, newest_tables
from publishing.shelf import Publication

SIGN_OFFS, REVISIONS = "sign_offs", "revisions"
TABLES = (SIGN_OFFS, SIGNED, REVISIONS)
SIGN_OFFS_SCHEMA = pl.Schema({**signing.SIGN_OFFS, "signed_in": pl.Int64()})
"""Decisions and what they came to; ``signed_in``: of one in force the publication whose figures it
fixes."""
SIGNED_SCHEMA = pl.Schema({"sign_off_key": pl.String(), "signed_in": pl.Int64(), **CELLS})
"""Cells as they were signed; ``signed_in``: the publication that was signed. One that was not there
then has no figures."""
REVISED_SCHEMA = pl.Schema(
    {
        **dict.fromkeys(("sign_off_key", "cell_id"), pl.String()),
        **dict.fromkeys(("revision", "publication"), pl.Int64()),
        **{name: CELLS[name] for name in signing.FIGURES},
    }
)
"""Each time a signed figure came to another value: the first revision is 1."""

Kept = Sequence[Publication]
Make = Callable[[duckdb.DuckDBPyConnection, Kept, int, pl.DataFrame], Mapping[str, pl.DataFrame]]


@dataclass(frozen=True)
class SignOffs:
    """``origin``: SHA-256 of the code; ``make``: from the lake, the publications that are kept, the
    number of the one being made and its cells to the serving tables."""

    origin: str
    make: Make


def sign_offs(reports: Mapping[str, Report]) -> SignOffs:
    """Signatures on the reports as they are declared now."""
    return SignOffs(_origin(), lambda *given: _made(reports, *given))


def _made(
    reports: Mapping[str, Report],
    lake: duckdb.DuckDBPyConnection,
    kept: Kept,
    number: int,
    cells: pl.DataFrame,
) -> dict[str, pl.DataFrame]:
    decisions = lake.execute(f"from {LAKE}.marts.dim_sign_off").pl()
    places = lake.execute(f"from {LAKE}.marts.dim_place").pl()
    made = signing.sign_offs(decisions, reports, places)
    before = newest_tables(kept, TABLES) or {
        SIGN_OFFS: pl.DataFrame(schema=SIGN_OFFS_SCHEMA),
        SIGNED: pl.DataFrame(schema=SIGNED_SCHEMA),
        REVISIONS: pl.DataFrame(schema=REVISED_SCHEMA),
    }
    in_force = _fixed(made.filter(state="approved"), before[SIGN_OFFS], kept, number)
    scope = signing.scope_of(in_force, reports, places)
    signed = _signed(in_force, scope, cells, kept, number, before[SIGNED])
    fixed = in_force.select("sign_off_key", "signed_in")
    return {
        SIGN_OFFS: made.join(fixed, on="sign_off_key", how="left", maintain_order="left"),
        SIGNED: signed,
        REVISIONS: _revisions(cells, signed, before[REVISIONS], number),
    }


def _fixed(in_force: pl.DataFrame, before: pl.DataFrame, kept: Kept, number: int) -> pl.DataFrame:
    """With ``signed_in``, once found never another; ``is_new``: found just now."""
    known = before.filter(pl.col("signed_in").is_not_null()).select("sign_off_key", "signed_in")
    joined = in_force.join(known, on="sign_off_key", how="left", maintain_order="left")
    return joined.with_columns(
        is_new=pl.col("signed_in").is_null(),
        signed_in=pl.coalesce("signed_in", _seen(in_force, kept, number)),
    )


def _signed(
    in_force: pl.DataFrame,
    scope: pl.DataFrame,
    cells: pl.DataFrame,
    kept: Kept,
    number: int,
    before: pl.DataFrame,
) -> pl.DataFrame:
    """The figures of every signature in force: those that were kept, or those that were seen."""
    known, new = (in_force.filter(pl.col("is_new") == is_new) for is_new in (False, True))
    parts = [before.join(known, on="sign_off_key", how="semi")]
    for (nth,), own in new.group_by("signed_in", maintain_order=True):
        figures = cells if nth == number else _cells_of(_numbered(kept, int(str(nth))))
        parts.append(_covered(figures, own, scope))
    columns = list(SIGNED_SCHEMA)
    signed = pl.concat([part.select(columns) for part in parts])
    later = _covered(cells, in_force, scope).join(signed, on="cell_id", how="anti")
    nothing = {name: pl.lit(None, CELLS[name]) for name in signing.VALUES}
    counted = {name: pl.lit(0, CELLS[name]) for name in ("fact_rows", "source_rows")}
    later = later.with_columns(**nothing, **counted)
    return pl.concat([signed, later.select(columns)]).sort("cell_id")


def _covered(cells: pl.DataFrame, in_force: pl.DataFrame, scope: pl.DataFrame) -> pl.DataFrame:
    """The cells that these signatures cover, with ``sign_off_key`` and ``signed_in``."""
    named = in_force.select("sign_off_key", "signed_in", "report", "period")
    keys = named.join(scope, on="sign_off_key")
    return cells.join(keys, on=["report", "period", "place_code"])


def _seen(in_force: pl.DataFrame, kept: Kept, number: int) -> pl.Series:
    """The publication that each signature speaks of: the one that it names, else the one that was
    current when it was given; the one being made where there was none."""
    numbers = {publication.number for publication in kept}
    made = [(p.number, datetime.fromisoformat(p.manifest["created_at"])) for p in kept]
    found = []
    for named, at in in_force.select("publication", "decided_at").iter_rows():
        moment = at.replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
        current = [nth for nth, made_at in made if made_at <= moment]
        found.append(named if named in numbers else max(current, default=number))
    return pl.Series(found, dtype=pl.Int64)


def _revisions(
    cells: pl.DataFrame, signed: pl.DataFrame, before: pl.DataFrame, number: int
) -> pl.DataFrame:
    """Those that were kept, and one for each signed figure that is now other than last said."""
    keys = ["sign_off_key", "cell_id"]
    told = before.join(signed, on=keys, how="semi")
    last = told.sort("revision").unique(keys, keep="last", maintain_order=True)
    figures = list(signing.FIGURES)
    stated = pl.concat(
        [
            last.select(*keys, *figures, "revision"),
            signed.join(last, on=keys, how="anti").select(
                *keys, *figures, revision=pl.lit(0, pl.Int64)
            ),
        ]
    )
    changed = signing.revised(cells, stated)
    numbered = changed.join(stated.select(*keys, "revision"), on=keys)
    new = numbered.with_columns(
        revision=pl.col("revision") + 1, publication=pl.lit(number, pl.Int64)
    )
    parts = [told, new]
    frames = [part.select(pl.col(n).cast(t) for n, t in REVISED_SCHEMA.items()) for part in parts]
    return pl.concat(frames).sort("cell_id", "sign_off_key", "revision")


def _numbered(kept: Kept, number: int) -> Publication:
    return next(publication for publication in kept if publication.number == number)


def _cells_of(publication: Publication) -> pl.DataFrame:
    with duckdb.connect(str(publication.serving_file), read_only=True) as serving:
        return serving.execute("from cells").pl()


def _origin() -> str:
    digest = hashlib.sha256()
    for path in (Path(__file__), Path(str(signing.__file__))):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
