"""Write what screens read beside a publication's serving tables."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from analytics.assessment.schemes import load_schemes
from analytics.reports.asking import known_places
from analytics.reports.declarations import Report, load_declarations
from analytics.reports.metrics import Label
from analytics.reports.semantic_manifest import Catalog
from analytics.reports.wording import value_labels
from civic.lake import LAKE
from ingestion.contracts import Contract
from ingestion.intake.punctuality import deliveries_of
from publishing.completeness import data_until
from publishing.screens import buildings, figures, people, work
from publishing.screens.shapes import shapes
from publishing.screens.uncertainty import chances, margins
from publishing.screens.words import said_levels, said_periods, said_places, said_slices
from publishing.sign_offs import REVISED_SCHEMA, REVISIONS, SIGN_OFFS, SIGN_OFFS_SCHEMA

FOLDER = Path(__file__).parent
UNITS = ("unit_name", "unit")
COPIED = (
    "reports", "metrics", "alerts_watched", "manifest", "forecasts", "hot_spots", *people.COPIED,
)  # fmt: skip
"""Serving tables that stand in the file of figures as well."""

Write = Callable[[duckdb.DuckDBPyConnection, pl.DataFrame, Mapping[str, Any], Path, Path], None]


@dataclass(frozen=True)
class Screens:
    """``origin``: SHA-256 of the code that writes them: another makes another publication.

    ``write``: from a connection with the lake, the cells, the verdict and the shut serving file
    to the file of figures, and the schema ``screens`` in the serving file.
    """

    origin: str
    write: Write


def screens(contracts: Mapping[str, Contract], catalog: Catalog) -> Screens:
    """What screens read, as it is declared now."""

    def write(
        lake: duckdb.DuckDBPyConnection,
        cells: pl.DataFrame,
        verdict: Mapping[str, Any],
        serving: Path,
        file: Path,
    ) -> None:
        drops = lake.execute(f"from {LAKE}.bronze.drops").pl()
        labels = value_labels(contracts) | _unit_names(lake)
        places = known_places(lake)
        reports = load_declarations(catalog=catalog).values()
        frames = _frames(cells, labels, drops, margins(cells, reports))
        frames |= {"positions": _positions(reports), "shapes": shapes(lake)}
        frames["chances"] = chances(catalog, frames["positions"]["metric"].unique().sort())
        frames |= people.words(contracts)
        today = datetime.now(UTC).date()
        own = work.tables(
            lake,
            contracts,
            load_schemes(catalog=catalog),
            verdict,
            deliveries_of(drops, contracts, today),
        )
        with duckdb.connect(str(serving)) as main:
            copied = {name: main.execute(f"from {name}").pl() for name in COPIED}
            alerts = main.execute("from alerts").pl()
            copied |= _signed(main)
            own |= buildings.tables(lake, contracts, copied["residents"])
            at = (cells, copied["residents"], own["buildings"])
            used = pl.concat([frame.select("level", "place_code") for frame in at])
            frames["places"] = said_places(places, used)
            work.write(main, {**own, "places": frames["places"]})
        with duckdb.connect(str(file)) as opened:
            figures.write(opened, {**frames, **copied, "alerts": alerts})
            people.lay_views(opened)

    return Screens(_origin(), write)


def _frames(
    cells: pl.DataFrame,
    labels: Mapping[tuple[str, str], Label],
    drops: pl.DataFrame,
    found_margins: pl.DataFrame,
) -> dict[str, pl.DataFrame]:
    periods = said_periods(cells.select("grain", "period"), data_until(drops))
    return {
        "figures": figures.open_figures(cells, periods, found_margins),
        "periods": periods,
        "slices": said_slices(cells["slices"], labels),
        "levels": said_levels(),
    }


def _signed(main: duckdb.DuckDBPyConnection) -> dict[str, pl.DataFrame]:
    """Sign-offs and revisions; none where the publication was made without them."""
    listed = {n for (n,) in main.execute("select table_name from duckdb_tables()").fetchall()}
    return {
        name: main.execute(f"from {name}").pl() if name in listed else pl.DataFrame(schema=schema)
        for name, schema in ((SIGN_OFFS, SIGN_OFFS_SCHEMA), (REVISIONS, REVISED_SCHEMA))
    }


def _positions(reports: Iterable[Report]) -> pl.DataFrame:
    """In which order a report has its measures."""
    return pl.DataFrame(
        [
            (report.name, metric, position)
            for report in reports
            for position, metric in enumerate(report.metrics, start=1)
        ],
        schema={"report": pl.String, "metric": pl.String, "position": pl.Int64},
        orient="row",
    )


def _unit_names(lake: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], Label]:
    """Units that records name by their code only, by name and code."""
    known = lake.execute(f"select unit_code, unit_name from {LAKE}.marts.dim_unit").fetchall()
    return {
        (dimension, code): Label(f"{name} {code}", f"{name} {code}")
        for code, name in known
        for dimension in UNITS
    }


def _origin() -> str:
    digest = hashlib.sha256()
    for path in sorted(FOLDER.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
