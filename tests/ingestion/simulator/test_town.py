"""The town's files hold what the truth says, where it says, and the same every time."""

import hashlib
import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from civic.errors import CivicError
from ingestion.contracts import load_contracts, match_headings
from ingestion.simulator.town import CONTRACTS, write_town

VALUES = {
    "required_missing": lambda value: not (value or "").strip("　 "),
    "citizen_id_length": lambda value: len(value) == 17,
    "citizen_id_check_digit": lambda value: len(value) == 18,
    "citizen_id_birth_date": lambda value: value[10:12] == "13",
    "division_code_length": lambda value: len(value) not in (12, 15),
    "code_unknown": lambda value: value in ["保密", "未填", "常住", "不清楚", "待查", "督办中"],
}
ROWS = {
    "left_out_blank": lambda row: not any(row),
    "left_out_title": lambda row: bool(row[0]) and not any(row[1:]),
    "left_out_subtotal": lambda row: row[0].endswith("所）") and not any(row[1:]),
}


def path_of(town, row) -> Path:
    return town.drops / row["unit"] / row["feed"] / row["file"]


def digests(folder: Path) -> dict[str, tuple[str, float]]:
    return {
        str(p.relative_to(folder)): (hashlib.sha256(p.read_bytes()).hexdigest(), p.stat().st_mtime)
        for p in folder.rglob("*")
        if p.is_file()
    }


def located(town, rows_of) -> list[tuple[dict, list, dict]]:
    """Each planted row: the defect, the row found there, the file's headings."""
    found = []
    by_file = town.truth.defects.filter(pl.col("line").is_not_null())
    for (unit, feed, file), part in by_file.group_by("unit", "feed", "file"):
        rows = rows_of(town.drops / unit / feed / file)
        for defect in part.to_dicts():
            sheet = defect["sheet"] if (defect["sheet"], defect["line"]) in rows else None
            own = {line: row for (name, line), row in rows.items() if name == sheet}
            found.append((defect, own[defect["line"]], own))
    return found


def value_of(defect: dict, row: list, own: dict) -> str | None:
    if defect["heading"] is None or file_holds_json(defect):
        return None
    headings = next(r for r in own.values() if defect["heading"] in r)
    return row[headings.index(defect["heading"])]


def file_holds_json(defect: dict) -> bool:
    return defect["file"].endswith(".jsonl")


def test_the_same_seed_gives_the_same_bytes_and_times(tmp_path):
    for name in ("a", "b"):
        write_town(tmp_path / name / "drops", residents=600, months=2, seed=3)
    assert digests(tmp_path / "a" / "drops") == digests(tmp_path / "b" / "drops")
    truths = [tmp_path / n / "truth" / "defects.csv" for n in ("a", "b")]
    assert truths[0].read_bytes() == truths[1].read_bytes()


def test_another_seed_gives_another_town(tmp_path):
    for seed in (3, 4):
        write_town(tmp_path / str(seed) / "drops", residents=600, months=1, seed=seed)
    resident = "wanghu_police/resident/实有人口_20261031.csv"
    assert (tmp_path / "3/drops" / resident).read_bytes() != (
        tmp_path / "4/drops" / resident
    ).read_bytes()


def test_every_planted_defect_stands_on_the_line_that_the_truth_names(town, rows_of):
    checked = set()
    for defect, row, own in located(town, rows_of):
        if file_holds_json(defect):
            continue
        if defect["code"] in VALUES:
            assert VALUES[defect["code"]](value_of(defect, row, own)), defect
        if defect["code"] in ROWS:
            assert ROWS[defect["code"]](row), defect
        checked.add(defect["code"])
    assert checked >= set(VALUES) | set(ROWS)


def test_a_repeated_row_has_its_like_and_a_doubled_key_has_not(town, rows_of):
    for defect, row, own in located(town, rows_of):
        twins = [line for line, other in own.items() if other == row]
        if defect["code"] == "repeated_in_drop":
            assert len(twins) == 2, defect
        if defect["code"] == "duplicate_key":
            value = value_of(defect, row, own)
            assert len(twins) == 1
            assert sum(value in other for other in own.values()) == 2


def test_records_are_conserved_in_what_is_expected(town):
    counts = town.truth.counts
    taken = counts["accepted"] + counts["rejected"] + counts["repeated"]
    assert (taken == counts["records"]).all()
    assert (counts["accepted"] >= 0).all()


def test_every_file_is_counted_and_every_count_is_a_file(town):
    written = {p.relative_to(town.drops).as_posix() for p in town.drops.rglob("*") if p.is_file()}
    counted = {
        f"{r['unit']}/{r['feed']}/{r['file']}" for r in town.truth.counts.iter_rows(named=True)
    }
    assert written == counted


def test_records_counted_are_the_rows_of_the_file(town, rows_of):
    for row in town.truth.counts.filter(pl.col("status") != "refused").iter_rows(named=True):
        if row["file"].endswith(".json"):
            continue
        rows = rows_of(path_of(town, row))
        sheets = 0 if row["file"].endswith(".jsonl") else len({name for name, _ in rows})
        assert len(rows) - sheets == row["records"] + row["left_out"], row["file"]


def test_no_file_has_so_many_faults_that_it_would_be_sent_back(town):
    counts = town.truth.counts.filter(pl.col("status") == "accepted")
    assert (counts["rejected"] <= counts["records"] * 0.3).all()


def test_headings_fit_the_contract_except_in_the_drop_to_be_refused(town, rows_of):
    contracts = load_contracts([CONTRACTS])
    for row in town.truth.counts.iter_rows(named=True):
        path = path_of(town, row)
        if path.suffix in (".json", ".jsonl"):
            continue
        rows = [[None if c is None else str(c) for c in r] for r in rows_of(path).values()]
        best = any(match_headings(contracts[row["feed"]], r).fits for r in rows[:6])
        assert best == (row["status"] != "refused"), row["file"]


def test_the_formats_of_real_units_all_occur(town):
    files = [p for p in town.drops.rglob("*") if p.is_file()]
    assert {p.suffix for p in files} == {
        ".csv", ".tsv", ".xlsx", ".json", ".jsonl", ".gz", ".zip"
    }  # fmt: skip
    starts = {p.read_bytes()[:3] for p in files}
    assert b"\xef\xbb\xbf" in starts, "UTF-8 with its mark"
    assert any(s.startswith(b"\xff\xfe") for s in starts), "UTF-16"
    police = next(town.drops.glob("wanghu_police/resident/*0731.csv")).read_bytes()
    assert b"\r\n" in police
    assert "身份证号码" in police.decode("gb18030")


def test_one_file_comes_twice_under_two_names(town):
    twice = town.truth.counts.filter(pl.col("status") == "repeated").row(0, named=True)
    first = path_of(town, twice | {"file": twice["file"].replace(" (1)", "")})
    assert path_of(town, twice).read_bytes() == first.read_bytes()


def test_one_month_comes_late_and_what_was_rejected_comes_again(town):
    files = sorted(town.drops.glob("wanghu_police/resident/*.csv"))
    by_name, by_time = files, sorted(files, key=lambda p: p.stat().st_mtime)
    assert by_name != by_time
    counts = town.truth.counts.filter(pl.col("unit") == "wanghu_police").sort("file")
    first, corrected = counts.row(0, named=True), counts.row(-1, named=True)
    assert "更正" in corrected["file"]
    assert corrected["records"] == corrected["accepted"] == first["rejected"]


def test_a_refused_attribute_is_sent_by_one_unit(town):
    refused = town.truth.defects.filter(pl.col("code") == "refused_attribute")
    assert set(refused["unit"]) == {"wanghu_street"}
    assert set(refused["heading"]) == {"民族"}
    assert refused["line"].null_count() == len(refused)


def test_a_register_names_a_split_and_a_rename(town, rows_of):
    folder = town.drops / "civil_affairs" / "division"
    before = {tuple(r[6:8]) for r in rows_of(folder / "行政区划_2025.tsv").values()}
    after = {tuple(r[6:8]) for r in rows_of(folder / "行政区划_2026.csv").values()}
    assert after - before == {("219902001004", "听涛社区"), ("219903100201", "梨园村")}
    assert before - after == {("219903100201", "梨园子村")}
    nested = next(town.drops.glob("statistics_bureau/division/*.json"))
    assert json.loads(nested.read_bytes().decode("gb18030"))["city"][0]["code"] == "219900000000"


def test_months_end_where_they_are_asked_to(tmp_path):
    truth = write_town(tmp_path / "drops", 600, 1, 1, until=date(2026, 3, 31))
    assert "诉求_20260331.csv" in set(truth.counts["file"])


def test_a_folder_with_files_is_left_alone(tmp_path):
    (tmp_path / "drops").mkdir()
    (tmp_path / "drops" / "kept.txt").write_text("x")
    with pytest.raises(CivicError, match="not empty"):
        write_town(tmp_path / "drops")
    assert [p.name for p in (tmp_path / "drops").iterdir()] == ["kept.txt"]


def test_a_town_too_small_is_refused_in_one_line(tmp_path):
    with pytest.raises(CivicError, match="at least"):
        write_town(tmp_path / "drops", residents=10)


@pytest.mark.parametrize("seed", range(6))
def test_any_seed_gives_a_town(tmp_path, seed):
    truth = write_town(tmp_path / "drops", residents=700, months=1 + seed, seed=seed)
    assert (truth.counts["rejected"] <= truth.counts["records"] * 0.3).all()
