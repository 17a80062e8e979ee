"""The manifest: parsed when dbt's project or a contract changed, and not otherwise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from civic.errors import CivicError
from dagster_project import manifest
from dagster_project.installation import Installation


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """A dbt project of one model; parsing it only counts, and writes down that it was done."""
    folder = tmp_path / "dbt"
    (folder / "models").mkdir(parents=True)
    (folder / "models" / "one.sql").write_text("select 1")
    monkeypatch.setattr(manifest, "SOURCES", folder)
    monkeypatch.setattr(manifest, "sync", lambda _contracts, _settings: [])
    return folder


@pytest.fixture
def parsed(monkeypatch) -> list[str]:
    calls: list[str] = []

    def run_dbt(settings, command, variables):
        calls.append(command)
        settings.dbt_target.mkdir(parents=True, exist_ok=True)
        (settings.dbt_target / "manifest.json").write_text(f'{{"parse": {len(calls)}}}')

    monkeypatch.setattr(manifest, "run_dbt", run_dbt)
    return calls


def test_what_has_not_changed_is_parsed_once(project, parsed, settings, contracts):
    installation = Installation(settings, contracts)
    first = manifest.prepare_manifest(installation)
    assert manifest.prepare_manifest(installation) == first
    assert parsed == ["parse"]


def test_a_changed_model_is_parsed_again_and_the_old_manifest_goes(
    project, parsed, settings, contracts
):
    first = manifest.prepare_manifest(Installation(settings, contracts))
    (project / "models" / "one.sql").write_text("select 2")
    second = manifest.prepare_manifest(Installation(settings, contracts))
    assert second.read_text() == '{"parse": 2}'
    assert not first.exists()


def test_a_changed_contract_is_parsed_again(project, parsed, settings, contracts):
    manifest.prepare_manifest(Installation(settings, contracts))
    changed = dict(contracts) | {"unit": replace(contracts["unit"], version="9.9.9")}
    manifest.prepare_manifest(Installation(settings, changed))
    assert len(parsed) == 2


def test_compiled_files_do_not_count_as_a_change(project, parsed, settings, contracts):
    manifest.prepare_manifest(Installation(settings, contracts))
    (project / "target").mkdir()
    (project / "target" / "compiled.sql").write_text("select 3")
    manifest.prepare_manifest(Installation(settings, contracts))
    assert len(parsed) == 1


def test_dagster_reads_a_copy_that_a_run_of_dbt_does_not_touch(
    project, parsed, settings, contracts
):
    kept = manifest.prepare_manifest(Installation(settings, contracts))
    (settings.dbt_target / "manifest.json").write_text("half a manif")
    assert kept.read_text() == '{"parse": 1}'


def test_a_project_that_does_not_parse_says_so_and_leaves_nothing(
    project, settings, contracts, monkeypatch
):
    def broken(*_args, **_kwargs):
        raise CivicError("dbt: Compilation Error", "The whole log is in dbt.log.")

    monkeypatch.setattr(manifest, "run_dbt", broken)
    with pytest.raises(CivicError, match="Compilation Error"):
        manifest.prepare_manifest(Installation(settings, contracts))
    assert not list(settings.dagster.glob("manifest-*"))
