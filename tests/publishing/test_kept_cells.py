"""Cells are computed again when they could come out otherwise, and only then."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from civic.lake import open_lake
from civic.settings import Settings
from publishing import kept_cells
from publishing.kept_cells import FILE, NOTE, keep, origin_of, recall

CELLS = pl.DataFrame({"cell_id": ["c1", "c2"], "value": [1.5, None]})


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "semantic_manifest.json"
    path.write_text("{}")
    return path


def origin(settings: Settings, manifest: Path) -> str:
    with open_lake(settings) as connection:
        return origin_of(settings, connection, manifest)


def test_what_was_kept_is_recalled_for_the_same_state(settings: Settings, manifest: Path) -> None:
    here = origin(settings, manifest)
    assert recall(settings, here) is None
    keep(settings, here, CELLS)
    assert origin(settings, manifest) == here
    kept = recall(settings, here)
    assert kept is not None and kept.equals(CELLS)
    assert sorted(p.name for p in settings.lake.glob("cells*")) == [NOTE, FILE]


def test_another_lake_manifest_or_code_is_another_origin(
    settings: Settings, manifest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    origins = {origin(settings, manifest)}
    manifest.write_text("{ }")
    origins.add(origin(settings, manifest))
    with open_lake(settings) as connection:
        connection.execute("create table lake.main.something (number integer)")
    origins.add(origin(settings, manifest))
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "figures.py").write_text("")
    monkeypatch.setattr(kept_cells, "DECIDING", tmp_path / "code")
    origins.add(origin(settings, manifest))
    assert len(origins) == 4


@pytest.mark.parametrize("damage", ["file", "note", "no file", "no note"])
def test_what_was_damaged_is_not_recalled(settings: Settings, manifest: Path, damage: str) -> None:
    here = origin(settings, manifest)
    keep(settings, here, CELLS)
    path = settings.lake / (FILE if "file" in damage else NOTE)
    if damage.startswith("no "):
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-3])
    assert recall(settings, here) is None


def test_killed_half_way_nothing_is_vouched_for(
    settings: Settings, manifest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = origin(settings, manifest)
    keep(settings, here, CELLS)

    def fails(_: Path) -> str:
        raise OSError("killed")

    monkeypatch.setattr(kept_cells, "file_digest", fails)
    with pytest.raises(OSError, match="killed"):
        keep(settings, "another", CELLS.head(1))
    monkeypatch.undo()
    assert recall(settings, here) is None and recall(settings, "another") is None
