"""A made-up city, published, with Superset on it, for the tests of the screens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import yaml

from civic.services import free_port
from civic.settings import Settings
from expectations import AuditResult, Verdict
from ingestion.simulator.city.making import write_city
from publishing.shelf import Publication, find_publication
from publishing.whole_way import (
    Request,
    build_all_cells,
    build_models,
    collect_drops,
    publish_cells,
    take_in_drops,
)
from superset_assets import running
from superset_assets.bundle import make_bundle, write_bundle
from superset_assets.keys import folder
from tests.conftest import home_of

RESIDENTS, MONTHS, SEED = 1500, 5, 7
REMARK = AuditResult(
    "place", "ExpectColumnValuesToNotBeNull", "lake.marts.dim_place", "place_name", "warning",
    False, "1 row", "地区有名称", "places have names",
)  # fmt: skip


@dataclass
class Screens:
    """Superset with the city in it. ``asked``: what a dashboard's charts asked, by its address."""

    settings: Settings
    port: int
    passwords: dict[str, str]
    removed: list[str]
    asked: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def publication(self) -> Publication:
        return find_publication(self.settings)

    def publication_place(self, level: str) -> str:
        """The name of the first place of a level, as the screens have it."""
        with duckdb.connect(str(self.publication.figures_file), read_only=True) as figures:
            [[name]] = figures.execute(
                "select min_by(place_en, place_order) from places where level = ? "
                "and place_code not like '%/unplaced'",
                [level],
            ).fetchall()
        return str(name)


def made_screens(home: Path) -> Iterator[Screens]:
    """The city, and Superset serving it until the generator is closed."""
    settings = replace(home_of(home), settle_seconds=0.0)
    write_city(settings.drops, RESIDENTS, MONTHS, SEED)
    take_in_drops(settings, collect_drops(Request(settings)))
    build_models(settings)
    publish_cells(settings, build_all_cells(settings), Verdict((REMARK,)))
    (settings.home / ".demo").touch()
    # First with a dashboard more, which a later bundle no longer names.
    bundle = make_bundle(find_publication(settings).figures_file)
    running.prepare(settings)
    write_bundle(
        replace(bundle, files={**bundle.files, **_one_more(bundle.files)}), bundle_of(settings)
    )
    running.ask_server(settings, ["load", str(bundle_of(settings)), "--demo"])
    removed = running.refresh(settings)["removed"]
    port = free_port()
    with running.services(settings, port) as started:
        running.wait_until_ready(started, port)
        yield Screens(settings, port, running.accounts(settings), removed)


def bundle_of(settings: Settings) -> Path:
    return folder(settings) / "bundle"


def _one_more(files: Any) -> dict[str, str]:
    stated = yaml.safe_load(files["dashboards/quality-en.yaml"])
    stated |= {
        "slug": "gone",
        "dashboard_title": "Gone",
        "uuid": "0" * 8 + "-0000-4000-8000-" + "0" * 12,
    }
    return {"dashboards/gone.yaml": yaml.safe_dump(stated, allow_unicode=True)}


def slugs(screens: Screens, language: str) -> list[str]:
    found = (bundle_of(screens.settings) / "dashboards").glob(f"*-{language}.yaml")
    return sorted(path.stem for path in found)
