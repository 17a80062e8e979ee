"""The whole way, once: from files to a publication that readers see.

Each step is a plain function over the settings, so that Dagster's assets and ``civic run`` do the
same; what a step does is its room's business. Steps may be run again at any time: what is done
already is found done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from time import perf_counter
from typing import TYPE_CHECKING, Any

import polars as pl

from civic.lake import open_lake
from civic.settings import Settings
from ingestion.contracts import load_contracts
from publishing.publications import Publication, publish

if TYPE_CHECKING:
    from civic.dbt_runner import DbtResult
    from expectations import Verdict
    from ingestion.intake import Collected, Receipt
    from publishing.exchange import BaseLists, ProvinceExtract


@dataclass(frozen=True)
class Request:
    """What a run is asked to take in; nothing named means the drop folder."""

    settings: Settings
    paths: tuple[Path, ...] = ()
    unit: str | None = None
    feed: str | None = None


@dataclass(frozen=True)
class Step:
    """One step; ``do`` gets the request and the results of the steps before it, by name."""

    name: str
    zh: str
    en: str
    do: Callable[[Request, Mapping[str, Any]], Any]


@dataclass(frozen=True)
class WayResult:
    """What each step gave, by its name, and how many seconds it took."""

    results: Mapping[str, Any]
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def publication(self) -> Publication:
        """The publication that is current at the end."""
        made: Publication = self.results["publish"]
        return made


OnStep = Callable[[Step, Any, float], None]


def run(
    settings: Settings,
    paths: Iterable[Path] = (),
    unit: str | None = None,
    feed: str | None = None,
    on_step: OnStep | None = None,
) -> WayResult:
    """Go the whole way; ``on_step`` is told after each step what it gave and how long it took.

    Raises DataAtFaultError where a blocking audit failed: the last publication stands.
    """
    request = Request(settings, tuple(paths), unit, feed)
    results: dict[str, Any] = {}
    seconds: dict[str, float] = {}
    for step in STEPS:
        begun = perf_counter()
        results[step.name] = step.do(request, results)
        seconds[step.name] = perf_counter() - begun
        if on_step:
            on_step(step, results[step.name], seconds[step.name])
    return WayResult(results, seconds)


def collect_drops(request: Request) -> list[Collected]:
    """Files into the raw store; nothing is read into the lake yet.

    Where nothing is named, the databases of units that the home declares are read as well.
    """
    from ingestion.intake import collect
    from ingestion.sources import extract_all

    settings = request.settings
    contracts = load_contracts(settings.contract_paths)
    collected = collect(settings, contracts, request.paths, request.unit, request.feed)
    if not (request.paths or request.unit or request.feed):
        collected += extract_all(settings, contracts)
    return collected


def take_in_drops(settings: Settings, collected: Iterable[Collected] = ()) -> list[Receipt]:
    """Every pending drop into bronze; each file that was collected is answered."""
    from ingestion.intake import answer_at_the_door, take_in

    receipts = take_in(settings, load_contracts(settings.contract_paths))
    answer_at_the_door(settings, collected)
    return receipts


def build_models(settings: Settings) -> DbtResult:
    """The centre, from bronze; dbt's own tests run with it.

    Only models behind whose sources something changed are built; all of them where dbt's project,
    the contracts or the lake are others than at the last build.
    """
    from civic import dbt_state
    from civic.dbt_runner import DbtResult, run_dbt
    from expectations import get_ready
    from ingestion.contracts.dbt_sources import dbt_vars, sync
    from publishing import lineage_events

    contracts = load_contracts(settings.contract_paths)
    sync(contracts, settings)
    variables = dbt_vars(contracts)
    selection, built_from = dbt_state.choose(settings, variables)
    if selection.nothing:
        return DbtResult((), 0.0, settings.dbt_target)
    dbt_state.begin(settings, selection)
    # dbt is a process of its own: meanwhile this one imports what the audits take seconds to.
    Thread(target=get_ready, daemon=True).start()
    # Unit tests judge the models, not the data: they run in `make test`.
    only_data = ("--exclude-resource-type", "unit_test")
    result = run_dbt(settings, "build", *only_data, *selection.arguments(), variables=variables)
    dbt_state.finish(settings, built_from)
    lineage_events.send_if_asked(settings, contracts)
    return result


def build_all_cells(settings: Settings) -> pl.DataFrame:
    """Every cell of every declared report, from the marts; of the same marts they are the same."""
    from analytics.reports.cells import build_cells
    from publishing import kept_cells

    manifest = semantic_manifest(settings)
    with open_lake(settings) as connection:
        origin = kept_cells.origin_of(settings, connection, manifest)
        cells = kept_cells.recall(settings, origin)
        if cells is None:
            cells = build_cells(connection, manifest)
            kept_cells.keep(settings, origin, cells)
    return cells


def audit_all(settings: Settings, cells: pl.DataFrame) -> Verdict:
    """The audits over bronze, marts and the cells that are to be published."""
    from expectations import audit

    return audit(settings, load_contracts(settings.contract_paths), cells)


def publish_cells(settings: Settings, cells: pl.DataFrame, verdict: Verdict) -> Publication:
    """A publication of these cells, if the verdict allows it."""
    from analytics.reports.declarations import load_declarations
    from analytics.reports.semantic_manifest import load_catalog
    from publishing.insights import insights
    from publishing.residents import residents
    from publishing.screens import screens
    from publishing.serving_tables import serving_tables
    from publishing.sign_offs import sign_offs

    contracts = load_contracts(settings.contract_paths)
    catalog = load_catalog(semantic_manifest(settings))
    reports = load_declarations(catalog=catalog)
    tables = serving_tables(reports.values(), catalog)
    with open_lake(settings) as connection:
        drops = connection.execute("select * from bronze.drops").pl()
    return publish(
        settings,
        cells,
        tables,
        verdict.to_dict(),
        drops,
        insights(catalog),
        screens(contracts, catalog),
        residents(contracts),
        sign_offs(reports),
    )


def write_workbooks(settings: Settings, publication: Publication) -> list[Path]:
    """Each report as a workbook in both languages: ``reports/v_<n>/<report>.<language>.xlsx``, and
    the publication's first page, ``index.<language>.html``.

    One that stands there whole is not written again: a note beside them keeps the SHA-256 of each
    and a digest of what they were written from. That is the publication, the contracts, and the
    code and declarations of reports: after an upgrade that touches any of these, all workbooks of
    the publication are written once more; one that is missing or was altered always is.
    """
    from publishing.report_folder import write_all

    return write_all(settings, publication)


def send_lists(settings: Settings, publication: Publication) -> BaseLists:
    """The base list of new organisations to the outbox of each unit that answers about it."""
    from publishing.exchange import send_base_lists

    return send_base_lists(settings, number=publication.number)


def write_extract(settings: Settings, publication: Publication) -> ProvinceExtract:
    """The extract for the province: ``outbox/province/v_<n>/``."""
    from publishing.exchange import write_province

    return write_province(settings, number=publication.number)


def semantic_manifest(settings: Settings) -> Path:
    """Where dbt leaves its semantic manifest."""
    return settings.dbt_target / "semantic_manifest.json"


STEPS: tuple[Step, ...] = (
    Step("collect", "收取文件", "Collect the files", lambda r, _: collect_drops(r)),
    Step(
        "intake",
        "检查并入库",
        "Check and take in",
        lambda r, done: take_in_drops(r.settings, done["collect"]),
    ),
    Step("models", "构建数据模型", "Build the models", lambda r, _: build_models(r.settings)),
    Step("cells", "计算报表数字", "Compute the figures", lambda r, _: build_all_cells(r.settings)),
    Step("audit", "质量审核", "Audit", lambda r, done: audit_all(r.settings, done["cells"])),
    Step(
        "publish",
        "发布",
        "Publish",
        lambda r, done: publish_cells(r.settings, done["cells"], done["audit"]),
    ),
    Step(
        "workbooks",
        "生成报表文件",
        "Write the workbooks",
        lambda r, done: write_workbooks(r.settings, done["publish"]),
    ),
    Step(
        "base_lists",
        "下发名单",
        "Send the base lists",
        lambda r, done: send_lists(r.settings, done["publish"]),
    ),
    Step(
        "province",
        "编制上报数据",
        "Write the extract for the province",
        lambda r, done: write_extract(r.settings, done["publish"]),
    ),
)
