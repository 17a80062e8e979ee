"""What dbt knows of a feed, written from its contract: sources, staging model, its YAML.

Belongs here: the text of those files and bringing folders up to them. Does not belong here: the
SQL that decides which rows are in force (``dbt/macros/rows_in_force.sql``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from civic.dbt_runner import project_folder
from civic.errors import CivicError
from civic.settings import PROJECT_ROOT, Settings, load_settings
from ingestion.contracts.bronze_schema import LINEAGE
from ingestion.contracts.centre import dbt_vars, staging_model, versions_model
from ingestion.contracts.loading import load_contracts
from ingestion.contracts.model import Contract, Field

__all__ = ["SHIPPED", "dbt_vars", "extra_models", "staging_files", "sync"]

#: Where the staging models of the contracts in the repository lie.
SHIPPED = PROJECT_ROOT / "dbt" / "models"

_MARK = "by ingestion/contracts/dbt_sources.py: change that."
_NOTE = "Written from the contract {feed} " + _MARK

#: Columns that staging adds to those of bronze: name, type, docs block.
_ADDED = (("_unit", "varchar"), ("_as_of", "timestamp"), ("_sha256", "varchar"))


def sync(contracts: Mapping[str, Contract], settings: Settings) -> list[Path]:
    """Bring dbt's staging models up to the contracts; the files that changed, written or removed.

    Contracts of the repository go to ``dbt/models/staging`` (committed), those from other
    folders to ``<home>/dbt_project/models_extra``, which dbt reads as well. A file that says
    already what it should is not touched.
    """
    shipped = load_contracts(settings.contract_paths[:1])
    ours = [c for c in contracts.values() if c.feed in shipped]
    theirs = [c for c in contracts.values() if c.feed not in shipped]
    return [
        *_bring_up(SHIPPED, staging_files(ours)),
        *_bring_up(extra_models(settings), staging_files(theirs)),
    ]


def extra_models(settings: Settings) -> Path:
    """The folder of models for contracts from outside the repository."""
    return project_folder(settings) / "models_extra"


def staging_files(contracts: Iterable[Contract]) -> dict[str, str]:
    """Path below a model folder to text, for these contracts."""
    files: dict[str, str] = {}
    modules: dict[str, list[Contract]] = {}
    for contract in sorted(contracts, key=lambda c: c.feed):
        modules.setdefault(contract.module, []).append(contract)
        base = f"staging/{contract.module}/{staging_model(contract)}"
        files[f"{base}.sql"] = _model_sql(contract)
        files[f"{base}.yml"] = _model_yaml(contract)
        if versions := versions_model(contract):
            base = f"staging/{contract.module}/{versions}"
            files[f"{base}.sql"] = _versions_sql(contract)
            files[f"{base}.yml"] = _versions_yaml(contract, versions)
    for module, members in modules.items():
        files[f"staging/{module}/_{module}__sources.yml"] = _sources_yaml(module, members)
    return files


def _bring_up(folder: Path, files: Mapping[str, str]) -> list[Path]:
    changed = []
    for relative, text in files.items():
        path = folder / relative
        if not path.is_file() or path.read_text("utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            changed.append(path)
    (folder / "staging").mkdir(parents=True, exist_ok=True)
    wanted = {folder / relative for relative in files}
    for pattern in ("stg_*", "_*__sources.yml"):
        for path in sorted((folder / "staging").rglob(pattern)):
            if path not in wanted and _MARK in path.read_text("utf-8"):
                path.unlink()
                changed.append(path)
    return changed


def _model_sql(contract: Contract) -> str:
    relation = contract.relation
    return _rows_sql(
        contract,
        mode=relation.mode,
        key=_key(contract),
        scope=_bronze_names(contract, relation.scope),
        history=relation.history,
    )


def _versions_sql(contract: Contract) -> str:
    """Every accepted row: without a key, nothing that is appended replaces anything."""
    return _rows_sql(contract, mode="append", key=[], scope=[], history=False)


def _rows_sql(
    contract: Contract, *, mode: str, key: list[str], scope: list[str], history: bool
) -> str:
    columns = [*(f.bronze_name or "" for f in contract.bronze_fields), *(n for n, _ in LINEAGE)]
    lines = [
        f"-- {_NOTE.format(feed=contract.feed)}",
        "{{ rows_in_force(",
        f"    source('{contract.module}', '{contract.feed}'),",
        f"    feed='{contract.feed}',",
        f"    mode='{mode}',",
        f"    key={key},",
        f"    scope={scope},",
        f"    history={str(history).lower()},",
        "    columns=[",
        *(f"        '{column}'," for column in columns),
        "    ],",
        ") }}",
    ]
    return "\n".join(lines) + "\n"


def _key(contract: Contract) -> list[str]:
    """The key as bronze has it. Raises CivicError where a part of it never gets there."""
    if lost := [f.name for f in contract.key if not f.bronze_name]:
        raise CivicError(
            f"Contract {contract.feed}: the key {', '.join(lost)} never reaches the lake.",
            "Give the field an encryptedName, so that a pseudonym stands for it.",
        )
    return [f.bronze_name or "" for f in contract.key]


def _model_yaml(contract: Contract) -> str:
    described = f"Rows in force. {contract.description}".strip()
    return _described(contract, staging_model(contract), described, _tests(contract))


def _versions_yaml(contract: Contract, name: str) -> str:
    described = "Every accepted row, also those that later ones have replaced."
    return _described(contract, name, described, [])


def _described(contract: Contract, name: str, what: str, tests: list[Any]) -> str:
    lineage = [
        {"name": name, "data_type": sql_type, "description": f"{{{{ doc('{name.strip('_')}') }}}}"}
        for name, sql_type in (*LINEAGE, *_ADDED)
    ]
    model: dict[str, Any] = {
        "name": name,
        "description": f"{contract.title_zh} · {contract.title_en}. {what}",
        **({"data_tests": tests} if tests else {}),
        "columns": [*(_column(f) for f in contract.bronze_fields), *lineage],
    }
    return _yaml(contract.feed, {"models": [model]})


def _column(field: Field) -> dict[str, Any]:
    label = f"{field.label_zh} · {field.label_en}"
    if field.protection == "pseudonym":
        label += ", as a keyed pseudonym"
    if field.protection == "scrub":
        label += ", identifiers taken out"
    description = f"{label}. {field.description}".strip()
    return {
        "name": field.bronze_name,
        "data_type": field.bronze_type,
        "description": description if description.endswith(".") else f"{description}.",
    }


def _tests(contract: Contract) -> list[Any]:
    """One row in force for each key within its relation. That what a contract requires is filled
    is audited where it is stored, in bronze (``expectations.bronze``).
    """
    if not (key := _key(contract)):
        return []
    within: list[str] = []
    if contract.relation.mode == "snapshot":
        within = _bronze_names(contract, contract.relation.scope) or ["_unit"]
    if contract.relation.history:
        within = [*within, "_as_of"]
    return [_test("unique_combination", combination=[*within, *key], filled=key)]


def _test(test: str, **arguments: list[Any]) -> dict[str, Any]:
    return {test: {"arguments": arguments}}


def _sources_yaml(module: str, contracts: list[Contract]) -> str:
    tables = [
        {"name": c.feed, "description": f"{c.title_zh} · {c.title_en}: rows accepted."}
        for c in contracts
    ]
    source = {
        "name": module,
        "database": "lake",
        "schema": "bronze",
        "description": f"Bronze tables of the module {module}.",
        "tables": tables,
    }
    return _yaml(", ".join(c.feed for c in contracts), {"sources": [source]})


def _bronze_names(contract: Contract, names: Iterable[str]) -> list[str]:
    return [column for name in names if (column := contract.field(name).bronze_name)]


def _yaml(feed: str, content: dict[str, Any]) -> str:
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=99)
    return f"# {_NOTE.format(feed=feed)}\n{text}"


if __name__ == "__main__":
    _settings = load_settings()
    sync(load_contracts(_settings.contract_paths), _settings)
