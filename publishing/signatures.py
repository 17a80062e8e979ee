"""What a reader is told of signatures: who signed the report, and what was revised since.

Belongs here: looking up and wording them. Does not belong here: which are in force
(``analytics.reports.signing``), keeping signed figures (``sign_offs``).
"""

from __future__ import annotations

from typing import Any

import polars as pl

from analytics.reports.asking import Asked
from analytics.reports.coordinates import ALL
from analytics.reports.declarations import Report
from analytics.reports.periods import GRAIN_NAMES
from publishing.opening import SIGNED, OpenPublication
from publishing.pages import Lang
from publishing.sign_offs import REVISED_SCHEMA, REVISIONS, SIGN_OFFS, SIGNED_SCHEMA
from publishing.wording import word

STANDING = ("approved", "waiting")


def signature(publication: OpenPublication, report: str, asked: Asked) -> dict[str, Any] | None:
    """The standing sign-off of the report of that place and period, with ``signed_in``; or None."""
    if not publication.has(SIGN_OFFS):
        return None
    found = publication.table(SIGN_OFFS).filter(
        pl.col("state").is_in(STANDING),
        report=report,
        place_code=asked.place,
        period=asked.period,
    )
    return found.row(0, named=True) if found.height else None


def signature_told(publication: OpenPublication, report: Report, asked: Asked, lang: Lang) -> str:
    """Who signed it, and when; empty where nobody is to sign this report of this place and period.

    Where figures were revised since, how many of them.
    """
    if not report.signed or not publication.has(SIGN_OFFS):
        return ""
    told = [
        _signed_by(publication, report, asked, lang),
        _revised(publication, report, asked, lang),
    ]
    return ("" if lang == "zh" else " ").join(filter(None, told))


def signed_line(publication: OpenPublication, report: Report, asked: Asked, lang: Lang) -> str:
    """For the foot of a page: who signed the report; empty where it has not come into force."""
    found = signature(publication, report.name, asked) if report.signed else None
    if found is None or found["state"] != "approved":
        return ""
    at = f"{found['decided_at']:%Y-%m-%d %H:%M}"
    return word("signed_line", lang, found["unit_name"], at, found["signed_in"])


def signed_cell(publication: OpenPublication, cell_id: str) -> dict[str, Any] | None:
    """A figure as it was signed, with ``signed_in``, ``unit_name``, ``decided_at``; or None."""
    if not publication.has(SIGNED):
        return None
    found = publication.connection.execute(
        f"select f.*, s.unit_name, s.decided_at from serving.main.{SIGNED} as f "
        f"join serving.main.{SIGN_OFFS} as s using (sign_off_key) where f.cell_id = ?",
        [cell_id],
    ).pl()
    return found.row(0, named=True) if found.height else None


def revisions(publication: OpenPublication) -> pl.DataFrame:
    """Every revision beside its signed figure, the latest publication first.

    Columns of REVISED_SCHEMA, the coordinates of the figure, ``signed_value``, ``signed_in``, and
    ``unit_name`` and ``decided_at`` of who signed it. Nothing where the publication is too old.
    """
    nothing = pl.Schema({**SIGNED_SCHEMA, **REVISED_SCHEMA, "signed_value": pl.Float64()})
    if not publication.has(REVISIONS) or publication.table(REVISIONS).is_empty():
        return pl.DataFrame(schema=nothing)
    named = publication.table(SIGN_OFFS).select("sign_off_key", "unit_name", "decided_at")
    known = ("fact_rows", "source_rows", "numerator", "denominator")
    signed = publication.table(SIGNED).drop(known).rename({"value": "signed_value"})
    return (
        publication.table(REVISIONS)
        .join(signed, on=["sign_off_key", "cell_id"])
        .join(named, on="sign_off_key")
        .sort(-pl.col("publication"), "report", "place_code", "period", "metric", "slices")
    )


def _signed_by(publication: OpenPublication, report: Report, asked: Asked, lang: Lang) -> str:
    if asked.place == ALL or asked.period in (ALL, *GRAIN_NAMES):
        return ""
    found = signature(publication, report.name, asked)
    if found is None:
        return word("not_signed", lang)
    day = f"{found['decided_at']:%Y-%m-%d}"
    if found["state"] == "waiting":
        return word("signature_waits", lang, found["unit_name"], day, found["waiting_for"])
    return word("signed_by", lang, found["unit_name"], day, found["signed_in"])


def _revised(publication: OpenPublication, report: Report, asked: Asked, lang: Lang) -> str:
    found = revisions(publication).filter(report=report.name)
    if asked.place != ALL:
        found = found.filter(place_code=asked.place)
    if asked.period not in (ALL, *GRAIN_NAMES):
        found = found.filter(period=asked.period)
    last = found.sort("revision").unique("cell_id", keep="last")
    count = last.filter(~pl.col("value").eq_missing(pl.col("signed_value"))).height
    return word("revised_since", lang, count) if count else ""
