"""Every published cell computed a second time, by another way than the one that published it.

From the kept originals through the intake's reader to typed rows, then in Polars: which rows are in
force, the centre's elements, the metrics, the cells. No SQL engine, no dbt, nothing of the marts.
What both ways share is data: contracts, time limits, declarations, definitions of metrics; and the
naming of a cell. Belongs here: that second way, and comparing. Does not belong here: publications
(the caller opens one and passes its cells).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from analytics.reports.verification.cells import compute_cells
from analytics.reports.verification.centre_events import read_time_limits
from analytics.reports.verification.centre_places import current_places
from analytics.reports.verification.centre_residents import ResidentCounts, check_residents
from analytics.reports.verification.comparison import compare
from analytics.reports.verification.declared import DECLARATIONS, read_wishes
from analytics.reports.verification.facts import all_in_force, facts_of, registered_places
from analytics.reports.verification.metrics import read_metrics
from analytics.reports.verification.originals import AlteredOriginal
from analytics.reports.verification.source_rows import SCRATCH, read_source_rows
from civic.settings import PROJECT_ROOT, Settings
from ingestion.contracts import load_contracts

__all__ = ["AlteredOriginal", "ResidentCounts", "Residents", "Verification", "verify"]

SEEDS = PROJECT_ROOT / "dbt" / "seeds"

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Verification:
    """What came of verifying a publication.

    ``cells``: published cells. ``equal``: how many of them were recomputed to the same figures.
    ``different``, ``missing`` (recomputed, not published), ``extra`` (published, not recomputed):
    one mapping per cell, keys as ``comparison.compare``. ``residents``: counts of residents, where
    the publication shows any.
    """

    cells: int
    equal: int
    different: list[dict[str, Any]]
    missing: list[dict[str, Any]]
    extra: list[dict[str, Any]]
    altered_originals: list[AlteredOriginal]
    residents: ResidentCounts | None = None

    @property
    def passed(self) -> bool:
        """Whether every original is as it was and every cell equal, none missing, none extra.

        And every count of residents that is shown.
        """
        counts = self.residents.different if self.residents else []
        return not (
            self.different or self.missing or self.extra or self.altered_originals or counts
        )


@dataclass(frozen=True)
class Residents:
    """The serving tables ``residents`` and ``resident_categories`` of a publication."""

    counts: pl.DataFrame
    categories: pl.DataFrame


def verify(
    settings: Settings,
    cells: pl.DataFrame,
    manifest: Mapping[str, Any],
    *,
    declarations: Path = DECLARATIONS,
    seeds: Path = SEEDS,
    progress: Progress = lambda _: None,
    residents: Residents | None = None,
) -> Verification:
    """Recompute every cell of a publication from the kept originals and compare.

    ``cells``: the publication's cells. ``manifest``: its manifest, of which ``drops`` is read.
    ``progress`` is called with what is under way. ``residents``: their counts, where there are
    any. Raises CivicError where something that is needed is not there: that is no verdict on the
    cells.
    """
    contracts = load_contracts(settings.contract_paths)
    wishes = read_wishes(declarations)
    metrics = read_metrics(settings.dbt_target / "semantic_manifest.json")
    limits = read_time_limits(seeds)
    settings.home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.home, prefix=SCRATCH) as folder:
        sources = read_source_rows(settings, contracts, manifest["drops"], Path(folder), progress)
        in_force = all_in_force(contracts, sources.rows, sources.drops)
        facts = facts_of(contracts, in_force, sources.drops, limits, seeds, sources.delivered)
        recomputed = compute_cells(wishes, metrics, facts, progress)
        people = None
        if residents is not None:
            progress("residents")
            current = current_places(registered_places(in_force, contracts).lazy())
            people = check_residents(
                in_force, contracts, current, residents.counts, residents.categories
            )
    apart = compare(cells, recomputed)
    by = {how: apart.filter(pl.col("how") == how).to_dicts() for how in apart["how"].unique()}
    different, extra = by.get("different", []), by.get("extra", [])
    return Verification(
        cells=cells.height,
        equal=cells.height - len(different) - len(extra),
        different=different,
        missing=by.get("missing", []),
        extra=extra,
        altered_originals=sources.altered,
        residents=people,
    )
