"""The alerts of the last weeks, as the first page of a publication tells them.

Belongs here: choosing and wording alerts that a publication has. Does not belong here: finding them
(``analytics.trends.alerts``), drawing the page (``index_page``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from analytics.reports.asking import place_names
from analytics.reports.periods import UNDATED
from analytics.reports.wording import period_name, place_name, slices_name, value_labels
from analytics.trends.series import whole_periods
from ingestion.contracts import Contract
from publishing.completeness import data_until
from publishing.opening import OpenPublication
from publishing.pages import Lang
from publishing.wording import word

WEEKS = 4


def last_alerts(publication: OpenPublication, weeks: int = WEEKS) -> pl.DataFrame:
    """The alerts of the last whole weeks, newest first, in each week the strongest first."""
    found = publication.table("alerts")
    known = publication.cells.filter(pl.col("period") != UNDATED, grain="week")
    until = data_until(publication.table("drops"))
    last = whole_periods(known["period"].unique().to_list(), until)[-weeks:]
    return found.filter(pl.col("period").is_in(last))


def alerts_told(
    publication: OpenPublication, contracts: Mapping[str, Contract], lang: Lang
) -> dict[str, Any] | None:
    """What the page says; None where the publication is of a version that had no alerts."""
    if not publication.has("alerts"):
        return None
    found = last_alerts(publication)
    names = place_names(publication.table("places").filter(pl.col("is_current")))
    labels = value_labels(contracts)
    [watching] = publication.table("alerts_watched").to_dicts()
    shown = found.group_by("period", maintain_order=True).head(watching["at_most"])

    return {
        "told": word("alerted", lang, WEEKS, watching["watched"], found.height),
        "found": [
            {
                "week": getattr(period_name(row["period"]), lang),
                "where": getattr(place_name(row["place_code"], names), lang),
                "what": getattr(slices_name(row["slices"], labels), lang),
                "came": f"{row['value']:,.0f}",
                "usual": f"{row['expected']:,.1f}",
                "times": f"{row['ratio']:.1f} ({row['ratio_low']:.1f}–{row['ratio_high']:.1f})",
                "cell_id": row["cell_id"],
            }
            for row in shown.iter_rows(named=True)
        ],
    }
