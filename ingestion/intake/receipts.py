"""The receipt: what became of a drop, for the clerk who left it and for programs.

Belongs here: the receipt's content and its JSON. The workbook is made in ``corrections``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import polars as pl

from civic.settings import Settings
from ingestion.contracts import Contract, Field
from ingestion.intake.collecting import Collected, safe_name
from ingestion.intake.examination import Examination, Refusal
from ingestion.intake.originals import Drop
from ingestion.intake.protecting import masked_values
from ingestion.validation.findings import describe, expected, found

LISTED = 10_000
OTHER_LINE = "{other_line}"


@dataclass(frozen=True)
class Receipt:
    """The answer to a drop. ``records`` = ``accepted`` + ``rejected`` + ``repeated``, always.

    ``status``: ``accepted``, ``refused``, or ``repeated`` for bytes that were taken in before.
    ``findings`` lists at most LISTED of them, values masked; ``by_code`` counts all of them.
    """

    drop: Drop
    title_zh: str
    title_en: str
    status: str
    refusal: Refusal | None
    records: int
    accepted: int
    rejected: int
    repeated: int
    left_out: int
    warned: int
    read_as: dict[str, Any] = field(default_factory=dict)
    by_code: list[dict[str, Any]] = field(default_factory=list)
    findings: list[dict[str, Any]] = field(default_factory=list)
    not_taken: list[dict[str, Any]] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """The receipt as plain values."""
        stated = {f.name: getattr(self, f.name) for f in fields(self)}
        refusal = asdict(self.refusal) if self.refusal else None
        return stated | {"drop": asdict(self.drop), "refusal": refusal}


def make_receipt(drop: Drop, contract: Contract | None, seen: Examination) -> Receipt:
    """The receipt of an examined drop."""
    findings = described_findings(contract, seen).head(LISTED).to_dicts() if contract else []
    return Receipt(
        drop=drop,
        title_zh=contract.title_zh if contract else "",
        title_en=contract.title_en if contract else "",
        status=seen.status,
        refusal=seen.refusal,
        records=seen.records,
        accepted=seen.accepted,
        rejected=seen.rejected,
        repeated=seen.repeated,
        left_out=seen.left_out,
        warned=seen.warned,
        read_as=_read_as(seen),
        by_code=_by_code(contract, seen),
        findings=findings,
        not_taken=_not_taken(seen),
    )


def write_receipt(settings: Settings, receipt: Receipt) -> Path:
    """Write the JSON into the unit's outbox; the same receipt is the same bytes."""
    path = receipt_path(settings, receipt.drop)
    _write(path, receipt.to_dict())
    return path


def answer_at_the_door(settings: Settings, collected: Iterable[Collected]) -> list[Path]:
    """Answer what became no drop of its own: known bytes under another name, links, devices.

    To be called once the drops have been taken in. A file that merely still lies where it lay was
    answered when it came.
    """
    answers = []
    for entry in collected:
        if entry.drop is None or entry.state not in ("known", "refused"):
            continue
        named = replace(entry.drop, file_name=safe_name(entry.path.name))
        path = receipt_path(settings, named)
        if entry.state == "refused":
            _write(path, _refused_link(named).to_dict())
        elif named == entry.drop or not receipt_path(settings, entry.drop).is_file():
            continue
        else:
            _write(path, _repeated(receipt_path(settings, entry.drop), entry.drop))
        answers.append(path)
    return answers


def receipt_path(settings: Settings, drop: Drop, suffix: str = ".json") -> Path:
    """Where the receipt lies: ``outbox/<unit>/<file name>.receipt-<id>.json``."""
    name = f"{drop.file_name}.receipt-{drop.drop_id[:8]}{suffix}"
    return settings.outbox / drop.unit / name


def described_findings(contract: Contract, seen: Examination) -> pl.DataFrame:
    """Findings in the clerk's words: line, heading, what was found (masked), what was expected.

    The findings' own columns plus ``heading, zh, en, expected_zh, expected_en``.
    """
    if seen.described is None:
        seen.described = _described(contract, seen)
    return seen.described


def _described(contract: Contract, seen: Examination) -> pl.DataFrame:
    kinds = seen.findings.select("code", "column_name").unique(maintain_order=True)
    headings = heading_of(seen)
    words = pl.DataFrame(
        [
            {**kind, "heading": _heading(headings, kind["column_name"]), **_words(contract, **kind)}
            for kind in kinds.iter_rows(named=True)
        ],
        schema=dict.fromkeys(
            ("code", "column_name", "heading", "zh", "en", "expected_zh", "expected_en"), pl.String
        ),
    )
    other = pl.col("value_found").str.strip_prefix("line ").fill_null("")
    return (
        masked_values(contract, seen.findings)
        .join(words, on=["code", "column_name"], how="left", maintain_order="left")
        .with_columns(pl.col("zh", "en").str.replace(OTHER_LINE, other, literal=True))
    )


def heading_of(seen: Examination) -> dict[str, str]:
    """Field name to the heading under which the file has it."""
    return {
        name: part.headings[position]
        for part, match in reversed(seen.headings)
        for name, position in match.columns.items()
    }


def _write(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    text = json.dumps(content, ensure_ascii=False, indent=1, default=str)
    draft.write_text(text + "\n", encoding="utf-8")
    draft.replace(path)


def _repeated(first: Path, drop: Drop) -> dict[str, Any]:
    """The first receipt over again, with every record counted as repeated."""
    receipt = json.loads(first.read_text(encoding="utf-8"))
    receipt |= {"status": "repeated", "refusal": None, "repeated": receipt["records"]}
    receipt |= {"accepted": 0, "rejected": 0, "warned": 0, "repeats": drop.file_name}
    return receipt | {"by_code": [], "findings": [], "not_taken": []}


def _refused_link(drop: Drop) -> Receipt:
    zh, en = describe("not_a_file")
    seen = Examination(None, status="refused", refusal=Refusal("not_a_file", zh, en))
    return make_receipt(drop, None, seen)


def _words(contract: Contract, code: str, column_name: str) -> dict[str, str]:
    if code.startswith("rule:"):
        rule = next(r for r in contract.rules if r.name == code.removeprefix("rule:"))
        return {"zh": rule.zh, "en": rule.en, "expected_zh": rule.zh, "expected_en": rule.en}
    values = {"other_line": OTHER_LINE, **_wanted(contract, column_name, code)}
    (zh, en), (expected_zh, expected_en) = found(code, **values), expected(code, **values)
    return {"zh": zh, "en": en, "expected_zh": expected_zh, "expected_en": expected_en}


def _wanted(contract: Contract, columns: str, code: str) -> dict[str, str]:
    """What fills the catalogue's wording: the column's labels, and what its contract expects."""
    fields = [contract.field(name) for name in columns.split(",") if name]
    if not fields:
        return {}
    labels = {
        "column_zh": "、".join(f.label_zh for f in fields),
        "column_en": ", ".join(f.label_en for f in fields),
    }
    wanted = fields[0]
    if code == "code_unknown":
        zh = "、".join(c.label_zh for c in wanted.codes)
        en = ", ".join(f"{c.label_zh} ({c.label_en})" for c in wanted.codes)
        return {**labels, "expected_zh": zh, "expected_en": en}
    if code == "reference_unknown" and wanted.reference:
        return {**labels, "expected": ".".join(wanted.reference)}
    texts = {
        "out_of_range": f"{_bound(wanted.minimum)} … {_bound(wanted.maximum)}",
        "pattern": _example(wanted),
        "too_long": str(wanted.max_length),
    }
    return {**labels, "expected": texts[code]} if code in texts else labels


def _heading(headings: dict[str, str], columns: str) -> str:
    return ", ".join(headings.get(c, c) for c in columns.split(",") if c)


def _by_code(contract: Contract | None, seen: Examination) -> list[dict[str, Any]]:
    if contract is None:
        return []
    counted = (
        seen.findings.group_by("severity", "code", "column_name")
        .len("count")
        .sort("severity", "count", "code", "column_name", descending=[False, True, False, False])
    )
    counts = []
    for row in counted.iter_rows(named=True):
        words = _words(contract, row["code"], row["column_name"])
        zh, en = (words[k].replace(OTHER_LINE, "…") for k in ("zh", "en"))
        counts.append({**row, "zh": zh, "en": en})
    return counts


def _not_taken(seen: Examination) -> list[dict[str, Any]]:
    """Rows that are no records, and records that stood twice: each with its reason."""
    rows = seen.outcomes.filter(pl.col("outcome") != "rejected").head(LISTED)
    return [
        {**row, "zh": words[0], "en": words[1]}
        for row in rows.iter_rows(named=True)
        for words in [describe(row["code"], other_line=row["detail"])]
    ]


def _read_as(seen: Examination) -> dict[str, Any]:
    return {
        "format": seen.format,
        "container": seen.container,
        "encoding": seen.encoding,
        "delimiter": seen.delimiter,
        "notes": [{"code": n.code, "zh": n.zh, "en": n.en} for n in seen.notes],
        "tables": [
            {
                "sheet": part.name,
                "heading_line": part.heading_line,
                "columns": {name: part.headings[p] for name, p in match.columns.items()},
                "columns_not_taken": list(match.unknown),
                "columns_refused": list(match.refused),
            }
            for part, match in seen.headings
        ],
    }


def _example(wanted: Field) -> str:
    """An example says more to a clerk than a regular expression."""
    return wanted.examples[0] if wanted.examples else str(wanted.pattern)


def _bound(bound: object) -> str:
    return "" if bound is None else str(bound)
