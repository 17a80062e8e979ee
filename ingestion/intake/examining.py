"""Examine one drop from its first byte to its last record; nothing is taken in yet.

``civic drop check``, intake and verification all go this way, so they cannot disagree on a row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

import polars as pl

from ingestion.contracts import Contract, HeadingMatch, match_headings, score_headings
from ingestion.intake.checking import CheckedBatch, check_batch, texts_of
from ingestion.intake.duplicates import find_duplicates, with_hashes
from ingestion.intake.examination import Examination, Refusal
from ingestion.intake.protecting import protect
from ingestion.reading import Batch, Part, ReadingRules, UnreadableDropError, open_drop
from ingestion.reading.ahead import read_ahead
from ingestion.validation.findings import describe


class _RefusedError(Exception):
    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


def examine(
    path: Path,
    file_name: str,
    contract: Contract,
    folder: Path,
    key: bytes,
    encoding: str | None = None,
    known: Mapping[str, pl.Series] | None = None,
    keep_identities: Callable[[pl.DataFrame], None] | None = None,
) -> Examination:
    """Read and check the whole file. Parquet parts go to ``folder``, identities to the callback.

    A drop that breaks its contract as a whole comes back refused; it never raises for what is in
    the file.
    """
    examination = Examination(contract)
    try:
        with open_drop(path, file_name, _reading_rules(contract, encoding)) as opened:
            examination.format, examination.container = opened.format, opened.container
            examination.encoding, examination.delimiter = opened.encoding, opened.delimiter
            examination.notes = list(opened.notes)
            reader = _Reader(examination, contract, folder, key, known or {}, keep_identities)
            reader.read(opened.batches)
    except UnreadableDropError as error:
        _refuse(examination, Refusal(error.code, error.zh, error.en))
    except _RefusedError as error:
        _refuse(examination, error.refusal)
    return examination


def texts_to_correct(
    path: Path, file_name: str, contract: Contract, seen: Examination
) -> pl.DataFrame:
    """The rejected rows as the clerk wrote them, also those that only a later look at all keys
    turned away: the file is read again for these, as far as the last of them.
    """
    rejected = seen.findings.filter(pl.col("severity") == "reject").get_column("record")
    frames = [seen.corrections] if seen.corrections.width else []
    wanted = set(rejected).difference(*(frame.get_column("_record") for frame in frames))
    if wanted:
        last = max(wanted)
        with open_drop(path, file_name, _reading_rules(contract, seen.encoding)) as opened:
            for batch in opened.batches:
                match = match_headings(contract, batch.part.headings)
                texts = texts_of(contract, match, batch)
                frames.append(texts.filter(pl.col("_record").is_in(list(wanted))))
                if (texts.get_column("_record").max() or 0) >= last:
                    break
    return pl.concat(frames) if frames else pl.DataFrame()


def _reading_rules(contract: Contract, encoding: str | None) -> ReadingRules:
    return ReadingRules(
        score_headings=lambda cells: score_headings(contract, cells),
        sheet=contract.reading.sheet,
        heading_row=contract.reading.heading_row,
        json_path=contract.reading.json_path,
        delimiter=contract.reading.delimiter,
        encoding=encoding or contract.reading.encoding,
    )


class _Reader:
    """Goes through the batches and adds up what they bring."""

    def __init__(
        self,
        examination: Examination,
        contract: Contract,
        folder: Path,
        key: bytes,
        known: Mapping[str, pl.Series],
        keep_identities: Callable[[pl.DataFrame], None] | None,
    ) -> None:
        self.seen = examination
        self.contract = contract
        self.folder = folder
        self.key = key
        self.known = known
        self.keep_identities = keep_identities
        self.matches: dict[int, HeadingMatch] = {}
        self.findings: list[pl.DataFrame] = []
        self.outcomes: list[pl.DataFrame] = []
        self.corrections: list[pl.DataFrame] = []

    def read(self, batches: Iterable[Batch]) -> None:
        # Pseudonyms are made in Python, checks in Polars: while one batch is protected and
        # written, the next is being checked on the other core.
        with read_ahead(self._checked(batches), prepared=1) as ready:
            for checked in ready:
                self._add(checked)
        if not self.seen.headings:
            raise _RefusedError(_refusal("no_records"))
        self._settle_duplicates()
        self._sum_up()

    def _checked(self, batches: Iterable[Batch]) -> Iterator[CheckedBatch]:
        for batch in batches:
            yield check_batch(self.contract, self._match(batch.part), batch, self.known)

    def _match(self, part: Part) -> HeadingMatch:
        if id(part) not in self.matches:
            match = match_headings(self.contract, part.headings)
            _demand_fit(self.contract, match)
            self.seen.headings.append((part, match))
            self._leave_out_titles(part)
            self.matches[id(part)] = match
        return self.matches[id(part)]

    def _add(self, checked: CheckedBatch) -> None:
        seen = self.seen
        seen.records += checked.typed.height
        seen.left_out += checked.left_out.height
        self.outcomes.append(_outcomes(checked.left_out, "left_out"))
        if not checked.findings.is_empty():
            self.findings.append(checked.findings)
        rejected = checked.typed.get_column("_rejected")
        self._take_texts(checked.texts, rejected)
        passed = checked.typed.filter(~rejected).drop("_rejected")
        self._take_as_of(passed)
        bronze, identities = protect(self.contract, with_hashes(self.contract, passed), self.key)
        target = self.folder / f"part-{len(seen.parts):05d}.parquet"
        bronze.write_parquet(target, compression="lz4", statistics=False)
        seen.parts.append(target)
        if identities is not None and self.keep_identities is not None:
            self.keep_identities(identities)

    def _take_texts(self, texts: pl.DataFrame, rejected: pl.Series) -> None:
        """What the clerk may have to correct: the rejected rows; of a list that she sends whole,
        while it is short enough to be corrected in a workbook, all of them."""
        if self.contract.relation.mode == "snapshot" and not self.seen.is_excerpt:
            self.corrections.append(texts)
        elif rejected.any():
            self.corrections.append(texts.filter(rejected))

    def _leave_out_titles(self, part: Part) -> None:
        titles = pl.DataFrame(
            part.rows_before, schema={"_line": pl.Int64, "detail": pl.String}, orient="row"
        ).with_columns(
            pl.lit(None).alias("_record"),
            pl.lit(part.name, dtype=pl.String).alias("_sheet"),
            pl.lit("left_out_title").alias("code"),
        )
        self.seen.left_out += titles.height
        self.outcomes.append(_outcomes(titles, "left_out"))

    def _take_as_of(self, passed: pl.DataFrame) -> None:
        for rule in self.contract.as_of:
            if rule.source == "column" and rule.column:
                latest = passed.get_column(rule.column).cast(pl.Datetime("us")).max()
                if isinstance(latest, datetime):
                    self.seen.as_of = max(self.seen.as_of or latest, latest)

    def _settle_duplicates(self) -> None:
        twice = find_duplicates(self.contract, self.seen.parts)
        if twice.is_empty():
            return
        self.seen.dropped = twice.get_column("_record").to_list()
        repeated = twice.filter(pl.col("same"))
        self.seen.repeated = repeated.height
        self.outcomes.append(
            _outcomes(
                repeated.with_columns(
                    pl.lit("repeated_in_drop").alias("code"),
                    pl.col("other_line").cast(pl.String).alias("detail"),
                ),
                "repeated",
            )
        )
        conflicting = twice.filter(~pl.col("same"))
        if not conflicting.is_empty():
            self.findings.append(
                conflicting.select(
                    record="_record",
                    line="_line",
                    sheet="_sheet",
                    column_name=pl.lit(",".join(f.name for f in self.contract.key)),
                    code=pl.lit("duplicate_key"),
                    severity=pl.lit("reject"),
                    value_found=pl.format("line {}", pl.col("other_line")),
                )
            )

    def _sum_up(self) -> None:
        seen = self.seen
        if seen.records == 0:
            raise _RefusedError(_refusal("no_records"))
        if self.findings:
            seen.findings = pl.concat(self.findings).sort("record", "column_name", "code")
        refused = seen.findings.filter(pl.col("severity") == "reject")
        first = refused.group_by("record", maintain_order=True).first()
        self.outcomes.append(
            first.select(
                "record",
                "line",
                "sheet",
                outcome=pl.lit("rejected"),
                code="code",
                detail="column_name",
            )
        )
        warned = seen.findings.filter(pl.col("severity") == "warn").get_column("record")
        seen.outcomes = pl.concat(self.outcomes).sort("line", "record", "sheet")
        if self.corrections:
            seen.corrections = pl.concat(self.corrections)
        if self.corrections and seen.is_excerpt:
            faulty = pl.col("_record").is_in(first.get_column("record").implode())
            seen.corrections = seen.corrections.filter(faulty)
        seen.rejected = first.height
        seen.warned = warned.n_unique()
        seen.accepted = seen.records - seen.rejected - seen.repeated
        share = seen.rejected / seen.records
        if share > self.contract.reject_limit:
            limit = f"{self.contract.reject_limit:.0%} ({seen.rejected:,} / {seen.records:,})"
            raise _RefusedError(_refusal("over_reject_limit", expected=limit))


def _demand_fit(contract: Contract, match: HeadingMatch) -> None:
    if match.doubled:
        raise _RefusedError(_refusal("headings_doubled", column=_labels(contract, match.doubled)))
    if match.missing:
        raise _RefusedError(
            _refusal(
                "headings_missing",
                column=_labels(contract, match.missing),
                expected=", ".join(f.label_zh for f in contract.fields if f.required),
            )
        )


def _labels(contract: Contract, names: tuple[str, ...]) -> str:
    return ", ".join(f"{contract.field(n).label_zh} ({n})" for n in names)


def _refusal(code: str, **values: object) -> Refusal:
    zh, en = describe(code, **values)
    return Refusal(code, zh, en)


def _refuse(examination: Examination, refusal: Refusal) -> None:
    """Nothing of a refused drop is taken in: every record read so far counts as rejected."""
    examination.status, examination.refusal = "refused", refusal
    examination.rejected = examination.records
    examination.accepted = examination.repeated = 0
    examination.parts = []


def _outcomes(rows: pl.DataFrame, outcome: str) -> pl.DataFrame:
    return rows.select(
        record=(pl.col("_record") if outcome != "left_out" else pl.lit(None)).cast(pl.Int64),
        line=pl.col("_line").cast(pl.Int64),
        sheet=pl.col("_sheet").cast(pl.String),
        outcome=pl.lit(outcome),
        code=pl.col("code"),
        detail=pl.col("detail").str.slice(0, 200),
    )
