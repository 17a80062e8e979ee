"""The whole way on a made-up town: what was planted is found, every figure can be recomputed."""

from __future__ import annotations

import json
import shutil
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from analytics.checks import ValidationRule, load_checks
from analytics.reports.verification import verify
from civic.cli import app
from civic.errors import CivicError
from civic.lake import open_catalog_copy
from ingestion.intake import original_path
from publishing.publications import list_publications, open_publication
from publishing.residents import shown_residents
from publishing.whole_way import run
from tests.conftest import home_of
from tests.whole_way.conftest import Town, cells_of


def test_every_cell_is_recomputed_equal_from_the_originals(town: Town):
    verification = _verified(town)
    assert verification.passed
    assert verification.cells == verification.equal > 1_000
    assert verification.residents is not None
    assert verification.residents.shown > 50
    assert verification.residents.different == []


def test_counts_of_every_file_are_those_of_the_truth(town: Town):
    counted = {
        (r.drop.unit, r.drop.file_name): (r.records, r.accepted, r.rejected, r.repeated, r.left_out)
        for r in town.result.results["intake"]
    }
    names = ("records", "accepted", "rejected", "repeated", "left_out")
    expected = {
        (row["unit"], row["file"]): tuple(row[n] for n in names)
        for row in town.truth.counts.iter_rows(named=True)
        if row["status"] != "repeated"
    }
    doubled = set(counted) - set(expected)
    assert {k: v for k, v in counted.items() if k in expected} == {
        k: v for k, v in expected.items() if k in counted
    }
    # Of two copies of one file, whichever was met first is the drop.
    assert len(counted) == len(expected)
    assert len(doubled) <= 1


def test_every_planted_defect_is_found_under_its_code_and_no_clean_row_is_rejected(town: Town):
    planted = town.truth.defects.filter(pl.col("outcome") == "rejected")
    wanted = {(r["unit"], r["file"], r["sheet"], r["line"]) for r in planted.iter_rows(named=True)}
    codes = {(r["unit"], r["file"], r["line"], _code(r)) for r in planted.iter_rows(named=True)}
    found = {
        (r.drop.unit, _first_copy(r.drop.file_name), f["sheet"], f["line"])
        for r in town.result.results["intake"]
        for f in r.findings
        if f["severity"] == "reject"
    }
    found_codes = {
        (r.drop.unit, _first_copy(r.drop.file_name), f["line"], f["code"])
        for r in town.result.results["intake"]
        for f in r.findings
    }
    assert len(wanted) > 50
    assert {w[:2] + w[3:] for w in wanted} == {f[:2] + f[3:] for f in found}
    assert codes <= found_codes


def test_no_direct_identifier_stands_outside_raw_vault_and_the_units_own_folders(town: Town):
    settings = town.settings
    # A pseudonym is hexadecimal: eleven digits between its letters are no phone number.
    edge = r"(?:^|$|[^0-9A-Za-z])"
    identifiers = r"[1-9]\d{5}(?:19|20)\d{9}[\dX]|1[3-9]\d{9}"
    with open_catalog_copy(settings, list_publications(settings)[-1].catalog_file) as connection:
        tables = connection.execute(
            "select table_schema, table_name from information_schema.tables "
            "where table_catalog = 'lake'"
        ).fetchall()
        assert ("bronze", "resident") in tables
        for schema, table in tables:
            frame = connection.execute(f'from lake."{schema}"."{table}"').pl()
            for column in frame.select(pl.col(pl.String)).iter_columns():
                if column.name in ("sha256", "drop_id") or column.name.endswith("_pseudonym"):
                    continue
                hits = column.filter(column.str.contains(rf"{edge}(?:{identifiers}){edge}"))
                assert hits.is_empty(), (schema, table, column.name, hits.head(2).to_list())
    for path in settings.outbox.rglob("*.json"):
        assert json.loads(path.read_text(encoding="utf-8"))


def test_a_second_run_without_new_drops_makes_no_new_publication(town: Town, tmp_path):
    settings = _copy(town, tmp_path)
    result = run(settings)
    assert result.results["intake"] == []
    assert result.publication.unchanged
    assert [p.number for p in list_publications(settings)] == [1]


def test_one_altered_byte_of_a_kept_original_fails_the_verification(town: Town, tmp_path):
    settings = _copy(town, tmp_path)
    with open_publication(settings) as opened:
        cells, manifest = opened.cells, opened.manifest
    drop = next(d for d in manifest["drops"] if d["feed"] == "service_request")
    path = original_path(settings, drop["sha256"])
    content = bytearray(path.read_bytes())
    content[-4] ^= 1
    path.chmod(0o600)
    path.write_bytes(content)
    verification = verify(settings, cells, manifest)
    assert not verification.passed
    assert [a.file_name for a in verification.altered_originals] == [drop["file_name"]]


def test_a_figure_leads_to_lines_that_hold_it(town: Town):
    from analytics.reports.tracing import find_cell, trace
    from publishing.serving_tables import catalog_of

    with open_publication(town.settings) as opened:
        wanted = opened.cells.filter(
            metric="events_received", report="events", level="all", grain="all", slices=""
        )
        cell = find_cell(opened.connection.table("serving.main.cells"), wanted.item(0, "cell_id"))
        traced = trace(opened.connection, cell, catalog_of(opened), page_size=1000)
        assert traced.atoms["contribution"].sum() == min(cell["value"], 1000)
        assert traced.atoms["sha256"].null_count() == 0
        assert (traced.atoms["line"] > 0).all()


def test_figures_of_the_publication_add_up(town: Town):
    cells = cells_of(town.settings)
    total = cells.filter(
        report="events", metric="events_received", level="all", grain="all", slices=""
    ).item(0, "value")
    months = cells.filter(
        report="events", metric="events_received", level="all", grain="month", slices=""
    )
    assert months["value"].sum() == total


def _verified(town: Town):
    with open_publication(town.settings) as opened:
        residents = shown_residents(opened)
        return verify(town.settings, opened.cells, opened.manifest, residents=residents)


def _copy(town: Town, folder):
    settings = home_of(folder / "home")
    shutil.copytree(town.settings.home, settings.home, symlinks=True)
    return settings


def _first_copy(file_name: str) -> str:
    """Of two copies of one file, whichever was met first is the drop."""
    return file_name.replace(" (1)", "")


def _code(row: dict[str, object]) -> str:
    return f"rule:{row['rule']}" if row["code"] == "row_rule" else str(row["code"])


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CIVIC_KEY", "CIVIC_KEY_FILE", "CIVIC_CONTRACTS", "CIVIC_HOME"):
        monkeypatch.delenv(name, raising=False)


def test_checks_of_its_figures_name_cells_that_can_be_traced(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CIVIC_HOME", str(town.settings.home))
    answer = CliRunner().invoke(app, ["checks", "run", "--json"], catch_exceptions=False)
    found = json.loads(answer.stdout)
    assert found["publication"] == 1
    assert found["checks"] == len(load_checks())
    with open_publication(town.settings) as opened:
        known = set(opened.cells["cell_id"])
    assert {f["cell_id"] for f in found["findings"]} - {None} <= known
    rules = {name for name, check in load_checks().items() if isinstance(check, ValidationRule)}
    assert not rules & {f["check"] for f in found["findings"]}
    for lang, words in (("zh", "处需核实"), ("en", "figures to look at")):
        monkeypatch.setenv("CIVIC_LANG", lang)
        shown = CliRunner().invoke(app, ["checks", "run"], catch_exceptions=False)
        assert words in shown.stdout
    with pytest.raises(CivicError, match="no check nothing"):
        CliRunner().invoke(app, ["checks", "run", "nothing"], catch_exceptions=False)


def test_alerts_and_explanations_name_figures_that_can_be_traced(
    town: Town, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CIVIC_HOME", str(town.settings.home))
    again = asked("assess", "verify", "--json")
    assert again["same_version"]
    assert sum(one["different"] for one in again["tables"]) == 0
    assert {"alerts", "scores", "score_indicators"} <= {one["name"] for one in again["tables"]}
    said = asked("alerts", "--weeks", "26", "--json")
    assert said["series"] > 0
    cells = cells_of(town.settings)
    assert {alert["cell_id"] for alert in said["alerts"]} <= set(cells["cell_id"])
    months = cells.filter(
        pl.col("period") != "undated", report="handling", level="all", grain="month", slices=""
    )
    for metric in ("events_received", "on_time_rate"):
        figure = months.filter(metric=metric).sort("period").to_dicts()[-1]
        found = asked("explain", figure["cell_id"], "--json")
        parts = pl.DataFrame(found["parts"])
        change = figure["value"] - found["value_before"]
        assert {"category", "feed"} <= set(parts["by"])
        for by in parts["by"].unique():
            added = parts.filter(by=by)["contribution"].sum()
            assert added == pytest.approx(change, abs=1e-9), (metric, by)
        assert set(parts["cell_id"].drop_nulls()) <= set(cells["cell_id"])
    for shown in (["alerts"], ["explain", figure["cell_id"], "--against", "previous"]):
        assert CliRunner().invoke(app, shown, catch_exceptions=False).exit_code == 0
    with pytest.raises(CivicError, match="not periods of one kind"):
        asked("explain", figure["cell_id"], "--against", "2019")


def test_messages_of_the_town_are_read_as_intake_left_them(
    town: Town, monkeypatch: pytest.MonkeyPatch, tmp_path
):
    monkeypatch.setenv("CIVIC_HOME", str(town.settings.home))
    with open_publication(town.settings) as opened:
        sql = "select count(distinct message_no) from lake.bronze.citizen_message"
        [count] = opened.connection.execute(sql).fetchone()
    assert asked("messages", "same", "--json")["messages"] == count > 0
    assert CliRunner().invoke(app, ["messages", "same"], catch_exceptions=False).exit_code == 0
    told = asked("messages", "topics", "--months", "2", "--json")
    assert told["messages"] == count and isinstance(told["topics"], list)
    drawn = CliRunner().invoke(app, ["messages", "topics"], catch_exceptions=False)
    assert drawn.exit_code == 0 and "copies count" in " ".join(drawn.stdout.split())
    (tmp_path / "words.csv").write_bytes(b"\xff\xfe\x00")
    for path in ("none.xlsx", "words.csv"):
        with pytest.raises(CivicError, match="cannot be read"):
            asked("messages", "sort", "--taxonomy", str(tmp_path / path))


def asked(*words: str) -> Any:
    return json.loads(CliRunner().invoke(app, [*words], catch_exceptions=False).stdout)
