"""Invariant 1: records read = accepted + rejected + repeated, for whatever a unit leaves."""

from __future__ import annotations

import csv
import gzip
import io
import tempfile
import zipfile
from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.intake.examining import examine

KEY = bytes(32)
HEADINGS = ["诉求编号", "受理时间", "办结时间", "状态", "诉求类别", "诉求描述"]
SPOILT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12)
ROW = st.tuples(
    st.one_of(st.integers(1, 30).map(str), SPOILT),
    st.one_of(st.sampled_from(["2026-10-01 08:00", "2026年10月2日", "２０２６／１０／３"]), SPOILT),
    st.one_of(st.just(""), st.just("2026-10-02 09:00"), SPOILT),
    st.one_of(st.sampled_from(["办理中", "已办结", "closed", ""]), SPOILT),
    st.one_of(st.sampled_from(["路灯", "供水"]), SPOILT),
    st.one_of(st.just("门前\r\n路灯不亮"), SPOILT),
)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(ROW, min_size=1, max_size=25),
    packing=st.sampled_from(["plain", "gzip", "zip"]),
    encoding=st.sampled_from(["utf-8-sig", "gb18030", "utf-16"]),
)
def test_no_record_vanishes_and_none_is_counted_twice(contracts, rows, packing, encoding):
    contract = contracts["service_request"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "drop"
        path.write_bytes(_packed(_csv(rows).encode(encoding), packing))
        name = {"plain": "a.csv", "gzip": "a.csv.gz", "zip": "a.zip"}[packing]
        seen = examine(path, name, contract, Path(folder), KEY)
        assert seen.records == seen.accepted + seen.rejected + seen.repeated
        if seen.status == "refused":
            assert seen.accepted == 0
            assert seen.refusal is not None
            return
        blank = sum(not any(cell.strip() for cell in row) for row in rows)
        assert seen.records + seen.left_out == len(rows)
        assert seen.left_out >= blank
        taken = seen.accepted_frame().collect()
        assert taken.height == seen.accepted
        records = [*taken["_record"], *seen.outcomes["record"].drop_nulls()]
        assert sorted(records) == list(range(1, seen.records + 1))
        rejected = seen.findings.filter(pl.col("severity") == "reject")["record"].n_unique()
        assert rejected == seen.rejected


def _csv(rows: list[tuple[str, ...]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow(HEADINGS)
    writer.writerows(rows)
    return text.getvalue()


def _packed(content: bytes, packing: str) -> bytes:
    if packing == "gzip":
        return gzip.compress(content)
    if packing == "zip":
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("requests.csv", content)
        return packed.getvalue()
    return content
