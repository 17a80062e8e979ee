"""Figures for screens: each with the one before it, none of a single member of staff, said well."""

from __future__ import annotations

import duckdb
import polars as pl
import pytest

from analytics.trends.outlook import OUTLOOK, SPOTS
from publishing.screens.figures import open_figures, write
from publishing.screens.shapes import SHAPES
from publishing.screens.words import said_levels, said_periods, said_places, said_slices
from publishing.sign_offs import REVISED_SCHEMA, SIGN_OFFS_SCHEMA

COLUMNS = ("report", "metric", "level", "place_code", "grain", "period", "slices", "value")


def _cells(*rows: tuple[object, ...]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=COLUMNS, orient="row")
    return frame.with_row_index("cell_id").with_columns(
        pl.format("c{}", "cell_id").alias("cell_id"),
        numerator=pl.col("value") * pl.when(pl.col("metric") == "rate").then(8.0).otherwise(1.0),
        denominator=pl.when(pl.col("metric") == "rate").then(8.0),
        fact_rows=pl.lit(1),
        source_rows=pl.lit(1),
    )


MONTHS = [
    ("r", "count", "all", "all", "month", f"2026-{m:02d}", "", v)
    for m, v in ((8, 5.0), (9, 1250.0))
]
RATES = [
    ("r", "rate", "all", "all", "month", f"2026-{m:02d}", "", v) for m, v in ((8, 0.5), (9, 0.25))
]
MARGINS = pl.DataFrame(
    schema={
        **dict.fromkeys(("metric", "level", "place_code", "grain", "period", "slices"), pl.String),
        "margin": pl.Float64,
    }
)
STAFF = ("r", "count", "all", "all", "month", "2026-09", "staff_no=07", 3.0)
LATER = ("r", "count", "all", "all", "month", "2026-11", "", 1.0)
NOTHING = [("r", "count", "all", "all", "month", f"2027-{m:02d}", "", 0.0) for m in (1, 2)]
ABOVE = [
    ("r", metric, "all", "all", "month", f"2026-{m:02d}", "", value)
    for metric, m, value in (("rate", 11, 1.5), ("rate", 12, 1.2))
]


@pytest.fixture
def file() -> duckdb.DuckDBPyConnection:
    cells = _cells(*MONTHS, *RATES, *ABOVE, STAFF, LATER, *NOTHING)
    periods = said_periods(cells.select("grain", "period"), None)
    places = pl.DataFrame(
        schema=dict.fromkeys(("place_code", "place_name", "parent_code"), pl.String)
    )
    connection = duckdb.connect()
    metrics = [("count", 0, "", "down"), ("rate", 4, "ratio", "up")]
    frames = {
        "figures": open_figures(cells, periods, MARGINS),
        "chances": pl.DataFrame({"metric": ["count", "rate"], "chance": ["count", "share"]}),
        "forecasts": pl.DataFrame(schema=OUTLOOK),
        "hot_spots": pl.DataFrame(schema=SPOTS),
        "places": said_places(places, cells.select("level", "place_code")),
        "periods": periods,
        "slices": said_slices(cells["slices"], {}),
        "levels": said_levels(),
        "reports": pl.DataFrame({"report": ["r"], "title_zh": ["表"], "title_en": ["Report"]}),
        "positions": pl.DataFrame(
            {"report": ["r", "r"], "metric": ["count", "rate"], "position": [1, 2]}
        ),
        "metrics": pl.DataFrame(
            [
                {
                    "metric": m,
                    "label_zh": m,
                    "label_en": m,
                    "unit_zh": u,
                    "unit_en": u,
                    "direction": d,
                    "decimals": n,
                }
                for m, n, u, d in metrics
            ]
        ),
        "shapes": pl.DataFrame(schema=SHAPES),
        "sign_offs": _signed(),
        "revisions": _revised(),
        "alerts": pl.DataFrame(
            schema={
                **dict.fromkeys(
                    ("cell_id", "metric", "level", "place_code", "slices", "period"), pl.String
                ),
                **dict.fromkeys(
                    ("value", "expected", "limit", "ratio", "ratio_low", "ratio_high"), pl.Float64
                ),
                "methods": pl.List(pl.String),
            }
        ),
    }
    write(connection, frames)
    return connection


def _figure(
    file: duckdb.DuckDBPyConnection, metric: str, period: str, language: str = "en"
) -> dict[str, object]:
    found = file.execute(
        f"from figures_{language} where metric = ? and period = ?", [metric, period]
    ).pl()
    return found.row(0, named=True)


def _signed() -> pl.DataFrame:
    """The count of the first month, signed; a line of a report that nobody knows any more."""
    sign = {"sign_off_key": "s1", "report": "r", "level": "all", "place_code": "all"}
    row = {**sign, "period": "2026-08", "state": "approved", "unit_name": "综治中心"}
    other = {**row, "sign_off_key": "s2", "report": "gone", "state": "unknown_report"}
    return pl.DataFrame([row, other], schema=SIGN_OFFS_SCHEMA)


def _revised() -> pl.DataFrame:
    row = {"sign_off_key": "s1", "revision": 1, "publication": 2, "value": 12.0}
    return pl.DataFrame([{**row, "cell_id": "c0"}], schema=REVISED_SCHEMA)


def test_no_figure_of_a_single_member_of_staff_is_in_it(file):
    assert file.execute("select count(*) from figures").fetchone() == (9,)
    assert file.execute(
        "select count(*) from figures where slices like '%staff_no%'"
    ).fetchone() == (0,)


def test_a_figure_stands_beside_the_one_of_the_period_before(file):
    september = _figure(file, "count", "2026-09")
    assert (september["previous"], september["change"]) == (5.0, 1245.0)
    assert (september["said"], september["change_said"], september["turn"]) == (
        "1,250",
        "+1,245",
        "worse",
    )


def test_where_the_period_before_has_no_figure_nothing_is_compared(file):
    november = _figure(file, "count", "2026-11")
    assert november["previous"] is None and november["change_said"] == ""
    assert november["turn"] == "neutral"


def test_shares_are_said_in_per_cent_and_change_by_points(file):
    zh, en = _figure(file, "rate", "2026-09", "zh"), _figure(file, "rate", "2026-09")
    assert (en["said"], en["previous_said"], en["change_said"]) == (
        "25.0%",
        "50.0%",
        "−25.0 points",
    )
    assert zh["change_said"] == "−25.0 个百分点"


def test_a_card_leads_to_the_sources_of_its_figure(file):
    card = str(_figure(file, "count", "2026-09")["card"])
    assert "1,250" in card and "/civic/trace/c1?lang=en" in card and "▼" in card


def test_who_signed_stands_beside_how_much_was_revised_since(file: duckdb.DuckDBPyConnection):
    rows = file.execute(
        "select report_title, place, period_name, state, revised from sign_offs_en order by all"
    ).fetchall()
    assert rows == [
        ("Report", "All places", "2026-08", "signed", 1),
        ("gone", "All places", "2026-08", "no effect: no such report", 0),
    ]


def test_a_revision_stands_beside_the_signed_figure(file: duckdb.DuckDBPyConnection):
    [row] = file.execute(
        "select signed_said, revised_said, revision, publication, trace from revisions_zh"
    ).fetchall()
    assert row[:4] == ("5", "12", 1, 2)
    assert "/civic/trace/c0?lang=zh" in row[4]


def test_a_change_that_chance_alone_makes_is_neither_better_nor_worse(file):
    """Of a count 1.96 roots of both together, of a share as of two that are one in truth."""
    september = _figure(file, "count", "2026-09")
    assert september["by_chance"] == pytest.approx(1.96 * (1250 + 5) ** 0.5)
    assert september["chance_said"] == "± 69"
    rate = _figure(file, "rate", "2026-09")
    pooled = (0.25 + 0.5) / 2
    assert rate["by_chance"] == pytest.approx(1.96 * (pooled * (1 - pooled) * 2 / 8) ** 0.5)
    assert rate["turn"] == "chance" and "≈" in str(rate["card"])
    assert "chance ± 69" in str(september["card"]) and september["turn"] == "worse"
    assert _figure(file, "count", "2026-11")["chance_said"] == ""
    # Nothing then and nothing now has no chance; neither has a rate above one.
    assert _figure(file, "count", "2027-02")["chance_said"] == ""
    assert _figure(file, "rate", "2026-12")["chance_said"] == ""
