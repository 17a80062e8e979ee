"""A city's files are the same for the same seed, and its truth tells of each of them."""

import hashlib
import json
from pathlib import Path

import polars as pl
import pytest

from civic.errors import CivicError
from ingestion.contracts import load_contracts
from ingestion.simulator.city import files
from ingestion.simulator.city.making import write_city
from ingestion.simulator.city.places import COMMUNITY
from ingestion.simulator.city.register import read_register
from ingestion.simulator.town import CONTRACTS
from tests.ingestion.simulator.city.conftest import MONTHS, RESIDENTS, SEED


def digests(folder: Path) -> dict[str, tuple[str, float]]:
    return {
        str(p.relative_to(folder)): (hashlib.sha256(p.read_bytes()).hexdigest(), p.stat().st_mtime)
        for p in folder.rglob("*")
        if p.is_file()
    }


def test_the_same_seed_gives_the_same_bytes_however_many_processes(city, tmp_path):
    write_city(tmp_path / "drops", RESIDENTS, MONTHS, SEED, processes=2)
    assert digests(tmp_path / "drops") == digests(city.drops)
    for table in city.truth.folder.iterdir():
        assert (tmp_path / "truth" / table.name).read_bytes() == table.read_bytes(), table.name


def test_another_seed_gives_another_city(city, tmp_path):
    write_city(tmp_path / "drops", RESIDENTS, 1, SEED + 1)
    name = "police_219902/resident/实有人口_20261031.csv"
    assert (tmp_path / "drops" / name).read_bytes() != (city.drops / name).read_bytes()


def test_every_feed_of_every_contract_is_sent(city):
    assert set(city.truth.counts["feed"]) == set(load_contracts([CONTRACTS]))


def test_every_file_is_counted_delivered_and_there(city):
    written = {p.relative_to(city.drops).as_posix() for p in city.drops.rglob("*") if p.is_file()}
    for table in ("counts", "deliveries"):
        told = city.told(table).filter(pl.col("file").is_not_null())
        assert written == {"/".join(r) for r in told.select("unit", "feed", "file").iter_rows()}


def test_records_are_conserved_in_what_is_expected(city):
    counts = city.truth.counts
    taken = counts["accepted"] + counts["rejected"] + counts["repeated"]
    assert (taken == counts["records"]).all()
    accepted = counts.filter(pl.col("status") == "accepted")
    assert (accepted["rejected"] <= accepted["records"] * 0.3).all()


def test_every_resident_is_told_of_once_in_the_first_or_a_later_drop(city):
    numbers: list[str] = []
    for (unit, file), _ in city.truth.counts.filter(
        pl.col("feed") == "resident", pl.col("status") == "accepted"
    ).group_by("unit", "file", maintain_order=True):
        rows = city.read(str(unit), "resident", str(file))
        column = next(c for c in rows.columns if "身份" in c or "证件号码" in c)
        numbers += rows[column].drop_nulls().to_list()
    right = {n for n in numbers if len(n) == 18 and n.startswith("2199")}
    assert 0.9 * RESIDENTS < len(right) <= RESIDENTS * 1.03


def test_drops_are_late_missing_corrected_repeated_and_astray(city):
    states = set(city.told("deliveries")["state"])
    assert states >= {"on_time", "late", "missing", "corrected", "repeated"}
    astray = city.truth.counts.filter(pl.col("status") == "refused")
    assert astray["refusal"].to_list() == ["headings_not_found"]
    corrected = city.truth.counts.filter(pl.col("file").str.contains("更正"))
    first = city.truth.counts.filter(
        pl.col("unit") == corrected["unit"][0], pl.col("feed") == "resident"
    ).sort("file")
    assert corrected["accepted"][0] == corrected["records"][0] == first["rejected"][0]


def test_formats_and_encodings_of_real_units_all_occur(city):
    written = [p for p in city.drops.rglob("*") if p.is_file()]
    assert {p.suffix for p in written} >= {".csv", ".xlsx", ".zip", ".gz", ".jsonl"}
    starts = [p.read_bytes() for p in written if p.suffix == ".csv"]
    assert any(s.startswith(b"\xef\xbb\xbf") for s in starts)
    assert any("户" in s.decode("gb18030", errors="ignore")[:200] for s in starts)


def test_a_refused_attribute_is_sent_by_some_units(city):
    refused = city.truth.defects.filter(pl.col("code") == "refused_attribute")
    assert set(refused["column"]) == {"nation", "main_party_nation"}
    assert refused["line"].null_count() == len(refused)


def test_no_more_than_a_street_is_rendered_at_once(tmp_path, monkeypatch):
    rendered: list[int] = []
    original = files.render
    monkeypatch.setattr(files, "ROWS_AT_ONCE", 300)
    monkeypatch.setattr(
        files, "render", lambda rows, *rest: rendered.append(len(rows)) or original(rows, *rest)
    )
    write_city(tmp_path / "drops", 9000, 1, 3)
    grids = pl.read_csv(tmp_path / "truth" / "grids.csv", infer_schema=False)
    street = grids.group_by(pl.col("grid_code").str.head(9)).agg(
        pl.col("residents").cast(pl.Int64).sum()
    )
    assert sum(rendered) > 9000
    assert max(rendered) <= street["residents"].max() + 300


def test_a_register_gives_its_divisions(tmp_path):
    nested = {
        "name": "示例省",
        "city": [
            {
                "name": f"第{n}市",
                "code": f"21{n}000000000",
                "country": [
                    {
                        "name": "东区",
                        "code": f"21{n}02000000",
                        "town": [
                            {
                                "name": "东街道",
                                "code": f"21{n}02001000",
                                "villagetr": [
                                    {"name": f"社区{i}", "code": f"21{n}0200100{i}", "type": "111"}
                                    for i in range(1, 8)
                                ],
                            }
                        ],
                    }
                ],
            }
            for n in ("97", "98")
        ],
    }
    path = tmp_path / "register_2026.json"
    path.write_bytes(json.dumps(nested, ensure_ascii=False).encode("gb18030"))
    contract = load_contracts([CONTRACTS])["division"]
    with pytest.raises(CivicError, match="2197, 2198"):
        read_register(path, contract)
    rows = read_register(path, contract, "2198")
    assert rows.columns == list(COMMUNITY)
    assert rows["community_code"].to_list() == [f"21980200100{i}" for i in range(1, 8)]
    truth = write_city(tmp_path / "drops", 600, 1, 1, register=path, city="2198")
    assert "police_219802" in set(truth.counts["unit"])


def test_a_folder_with_files_is_left_alone(tmp_path):
    (tmp_path / "drops").mkdir()
    (tmp_path / "drops" / "kept.txt").write_text("x")
    with pytest.raises(CivicError, match="not empty"):
        write_city(tmp_path / "drops", 600, 1)
