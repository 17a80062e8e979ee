"""Where things are and how they are tuned: one place, read from the environment.

Everything that the project keeps lives below one folder, ``CIVIC_HOME`` (default ``var/``).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ZONE = "Asia/Shanghai"
"""The city's clock."""

PROJECT_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """Paths and knobs of one installation.

    ``home``: state folder. ``contract_paths``: folders searched for ``*.odcs.yaml``.
    ``catalog``: DuckLake catalog, empty for the DuckDB file in ``home`` (a PostgreSQL
    connection string for a team). ``data_path``: where the lake's Parquet lies (a folder or
    an ``s3://`` prefix).
    """

    home: Path
    contract_paths: tuple[Path, ...]
    catalog: str
    data_path: str
    settle_seconds: float
    memory_limit: str
    threads: int

    @cached_property
    def drops(self) -> Path:
        """What units leave: ``drops/<unit>/<feed>/``."""
        return self.home / "drops"

    @cached_property
    def sources(self) -> Path:
        """Databases of units that are read like drops: ``sources/<name>.yml``."""
        return self.home / "sources"

    @cached_property
    def outbox(self) -> Path:
        """What units get back: ``outbox/<unit>/``."""
        return self.home / "outbox"

    @cached_property
    def raw(self) -> Path:
        """Immutable originals, restricted: ``raw/<sha256[:2]>/<sha256>/``."""
        return self.home / "raw"

    @cached_property
    def vault(self) -> Path:
        """The encrypted vault and, unless given otherwise, its key."""
        return self.home / "vault"

    @cached_property
    def lake(self) -> Path:
        """The live DuckLake: ``catalog.ducklake`` and ``data/``."""
        return self.home / "lake"

    @cached_property
    def serving(self) -> Path:
        """Publications: ``v_<n>.duckdb``, ``.ducklake``, ``.json``, and ``current.duckdb``."""
        return self.home / "serving"

    @cached_property
    def quality(self) -> Path:
        """Verdicts of the audits and the Data Docs."""
        return self.home / "quality"

    @cached_property
    def reports(self) -> Path:
        """Workbooks and other files made for people."""
        return self.home / "reports"

    @cached_property
    def dbt_target(self) -> Path:
        """dbt's compiled models, manifest and semantic manifest."""
        return self.home / "dbt"

    @cached_property
    def dagster(self) -> Path:
        """Dagster's instance folder."""
        return self.home / "dagster"

    @cached_property
    def catalog_file(self) -> Path:
        """The catalog's DuckDB file where no other catalog is set."""
        return self.lake / "catalog.ducklake"


def load_settings() -> Settings:
    """Read the settings of this process from the environment.

    ``CIVIC_HOME``, ``CIVIC_CONTRACTS`` (more contract folders, ``:``-separated),
    ``CIVIC_CATALOG``, ``CIVIC_DATA_PATH``, ``CIVIC_SETTLE_SECONDS``, ``CIVIC_MEMORY_LIMIT``,
    ``CIVIC_THREADS``. (``CIVIC_PROCESSES`` is read where processes are started.)
    """
    home = Path(os.environ.get("CIVIC_HOME") or "var").expanduser().absolute()
    more = [Path(p).absolute() for p in os.environ.get("CIVIC_CONTRACTS", "").split(":") if p]
    return Settings(
        home=home,
        contract_paths=(PROJECT_ROOT / "ingestion" / "contracts", *more),
        catalog=os.environ.get("CIVIC_CATALOG", ""),
        data_path=os.environ.get("CIVIC_DATA_PATH") or str(home / "lake" / "data"),
        settle_seconds=float(os.environ.get("CIVIC_SETTLE_SECONDS") or 2.0),
        memory_limit=os.environ.get("CIVIC_MEMORY_LIMIT") or "4GiB",
        threads=int(os.environ.get("CIVIC_THREADS") or os.cpu_count() or 2),
    )
