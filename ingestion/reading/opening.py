"""The front door of reading: one dropped file in, batches out.

Belongs here: choosing the reader and putting notes together. Does not belong here: any format.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from ingestion.reading import json_records, parquet, spreadsheets
from ingestion.reading.containers import Member, Unpacked, unpack
from ingestion.reading.delimited import delimited_frames, sniffed_head
from ingestion.reading.encodings import Encoding, detect_encoding
from ingestion.reading.formats import detect_format, fits_extension
from ingestion.reading.model import Limits, Note, Opened, ReadingRules
from ingestion.reading.plan import Frames, Plan
from ingestion.reading.rows import number_records
from ingestion.reading.wording import note, refusal


@contextmanager
def open_drop(
    path: Path, file_name: str, rules: ReadingRules, limits: Limits | None = None
) -> Iterator[Opened]:
    """Open a dropped file for reading; its batches come while the ``with`` block lasts.

    ``file_name`` is the name under which the unit dropped it; ``path`` may be called anything.
    Raises UnreadableDropError, also while batches are drawn: a refusal concerns the whole drop,
    so what was drawn before it is void.
    """
    limits = limits or Limits()
    unpacked = unpack(path, file_name, limits)
    plans = [_plan(member, rules, limits) for member in unpacked.members]
    formats = sorted({plan.format for plan in plans})
    if len(formats) > 1:
        raise refusal("formats_mixed", found=", ".join(formats))
    batches = number_records(_all_frames(plans))
    first = plans[0]
    try:
        yield Opened(
            format=first.format,
            container=unpacked.container,
            encoding=first.encoding,
            delimiter=first.delimiter,
            notes=_notes(unpacked, plans),
            batches=batches,
        )
    finally:
        batches.close()


def peek_headings(path: Path, file_name: str, limits: Limits | None = None) -> list[list[str]]:
    """Rows of cells that may be headings, by which to tell the feed that a file belongs to.

    The first 30 rows of every sheet or member; for JSON the dotted paths of the keys; for
    Parquet the columns. Raises UnreadableDropError.
    """
    limits = limits or Limits()
    rows: list[list[str]] = []
    for member in unpack(path, file_name, limits).members:
        rows += _PEEKS[detect_format(member, limits)](member, limits)
    return rows


def _all_frames(plans: list[Plan]) -> Frames:
    for plan in plans:
        yield from plan.frames()


def _plan(member: Member, rules: ReadingRules, limits: Limits) -> Plan:
    found = detect_format(member, limits)
    plan = _PLANS[found](member, rules, limits)
    if fits_extension(member.label, plan.format):
        return plan
    told = note("format_by_content", name=member.label, format=plan.format)
    return plan.with_notes((told,))


def _notes(unpacked: Unpacked, plans: list[Plan]) -> tuple[Note, ...]:
    notes = list(dict.fromkeys(chain.from_iterable(plan.notes for plan in plans)))
    if unpacked.left_out:
        notes.insert(0, note("members_left_out", names=", ".join(unpacked.left_out)))
    if len({plan.encoding for plan in plans}) > 1:
        members = zip(unpacked.members, plans, strict=True)
        notes += [note("member_encoding", name=m.label, encoding=p.encoding) for m, p in members]
    return tuple(notes)


def _plan_delimited(member: Member, rules: ReadingRules, limits: Limits) -> Plan:
    encoding = _encoding(member, rules.encoding)
    head = sniffed_head(member, encoding, limits, rules)

    def frames() -> Frames:
        return delimited_frames(member, encoding, head.delimiter, rules, limits)

    notes = (*encoding.notes, note("line_ends_cr")) if head.lone_cr else encoding.notes
    name = "tsv" if head.delimiter == "\t" else "csv"
    return Plan(name, encoding.name, head.delimiter, notes, frames)


def _peek_delimited(member: Member, limits: Limits) -> list[list[str]]:
    return sniffed_head(member, _encoding(member, None), limits, None).rows


def _encoding(member: Member, stated: str | None) -> Encoding:
    with member.open() as stream:
        return detect_encoding(stream, stated)


_PLANS = {
    "text": _plan_delimited,
    "xlsx": spreadsheets.plan_xlsx,
    "xls": spreadsheets.plan_xls,
    "json": json_records.plan_json,
    "jsonl": json_records.plan_json_lines,
    "parquet": parquet.plan_parquet,
}
_PEEKS = {
    "text": _peek_delimited,
    "xlsx": spreadsheets.peek,
    "xls": spreadsheets.peek,
    "json": json_records.peek_json,
    "jsonl": json_records.peek_json_lines,
    "parquet": parquet.peek,
}
