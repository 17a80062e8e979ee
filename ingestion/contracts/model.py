"""The typed, immutable view of a contract. Built by ``loading``; holds no logic of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from ingestion.contracts.spelling import known_spelling

LogicalType = Literal["string", "integer", "number", "boolean", "date", "timestamp"]
Protection = Literal["none", "pseudonym", "vault", "scrub", "refused"]
Severity = Literal["reject", "warn"]


@dataclass(frozen=True)
class Code:
    """One entry of a code list: the value kept, its labels, and other spellings that mean it."""

    value: str
    label_zh: str
    label_en: str
    aliases: tuple[str, ...] = ()

    @property
    def spellings(self) -> tuple[str, ...]:
        """Everything that a clerk may write for this code."""
        return (self.value, self.label_zh, self.label_en, *self.aliases)


@dataclass(frozen=True)
class Field:
    """One field of a feed.

    ``semantic``: what kind of identifier it is (citizen_id, credit_code, division_code, phone,
    ...). ``protection``: what happens to it at the door: ``pseudonym`` leaves a keyed pseudonym
    under ``bronze_name``, ``vault`` leaves nothing, ``scrub`` leaves the text without
    identifiers, ``refused`` is never taken in. ``reference``: (feed, field) that should know the
    value.
    """

    name: str
    logical_type: LogicalType
    label_zh: str
    label_en: str
    description: str
    synonyms: tuple[str, ...]
    required: bool = False
    key_position: int | None = None
    codes: tuple[Code, ...] = ()
    semantic: str | None = None
    protection: Protection = "none"
    classification: str = "internal"
    encrypted_name: str | None = None
    reference: tuple[str, str] | None = None
    minimum: str | float | None = None
    maximum: str | float | None = None
    pattern: str | None = None
    max_length: int | None = None
    zone: str | None = None
    examples: tuple[str, ...] = ()

    @property
    def bronze_name(self) -> str | None:
        """The column's name in bronze; None for a field that never gets there."""
        if self.protection in ("vault", "refused"):
            return None
        return self.encrypted_name if self.protection == "pseudonym" else self.name

    @property
    def bronze_type(self) -> str:
        """The column's SQL type in bronze."""
        return {
            "string": "varchar",
            "integer": "bigint",
            "number": "double",
            "boolean": "boolean",
            "date": "date",
            "timestamp": "timestamp",
        }[self.logical_type]


@dataclass(frozen=True)
class RowRule:
    """A rule between fields: a SQL boolean over typed fields; null passes."""

    name: str
    expression: str
    severity: Severity
    zh: str
    en: str


@dataclass(frozen=True)
class LeaveOut:
    """Rows that are no records: titles, subtotals, questions without an answer.

    A row is left out when all that is stated holds. ``only_first_cell``: nothing but the first
    cell is filled. ``nothing_but``: of the contract's fields the key is filled, and beside it none
    but these. ``pattern``: a regular expression that the text of the named column (or the first
    cell) matches.
    """

    reason: str
    column: str | None = None
    pattern: str | None = None
    only_first_cell: bool = False
    nothing_but: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """How to find the records in a file of this feed."""

    sheet: str | None = None
    heading_row: int | None = None
    json_path: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    leave_out: tuple[LeaveOut, ...] = ()


@dataclass(frozen=True)
class Relation:
    """How a drop relates to earlier ones.

    ``append``: rows are added, the first to bring a key keeps it. ``upsert``: the latest to bring
    a key wins. ``snapshot``: a drop says all there is of each scope value it names (``scope``
    empty: all that the unit has). ``history``: earlier snapshots stay as versions.
    """

    mode: Literal["append", "upsert", "snapshot"]
    scope: tuple[str, ...] = ()
    history: bool = False


@dataclass(frozen=True)
class AsOfRule:
    """Where the date that a drop speaks of stands: a column, or the file's name by a pattern."""

    source: Literal["column", "file_name"]
    column: str | None = None
    pattern: str | None = None
    month: int | None = None
    day: int | None = None


@dataclass(frozen=True)
class ServiceLevel:
    """Cadence, due time and retention that a unit agreed to."""

    cadence: str | None = None
    due_days: int | None = None
    retention_months: int | None = None


@dataclass(frozen=True)
class Contract:
    """A feed's contract; ``centre`` maps it into the six elements (docs/contracts.md)."""

    feed: str
    module: str
    version: str
    title_zh: str
    title_en: str
    description: str
    fields: tuple[Field, ...]
    rules: tuple[RowRule, ...]
    reading: Reading
    relation: Relation
    as_of: tuple[AsOfRule, ...]
    service_level: ServiceLevel
    reject_limit: float
    centre: dict[str, Any] = field(default_factory=dict)
    personal: bool = False

    @property
    def key(self) -> tuple[Field, ...]:
        """The fields that tell one record from another, in their order; may be empty."""
        keyed = [f for f in self.fields if f.key_position is not None]
        return tuple(sorted(keyed, key=lambda f: f.key_position or 0))

    @property
    def bronze_fields(self) -> tuple[Field, ...]:
        """The fields that reach bronze."""
        return tuple(f for f in self.fields if f.bronze_name)

    @cached_property
    def fields_by_spelling(self) -> Mapping[str, Field]:
        """The fields by each spelling of their headings, normalised."""
        return {known_spelling(s): f for f in self.fields for s in f.synonyms}

    def field(self, name: str) -> Field:
        """The field of that name; KeyError where there is none."""
        for candidate in self.fields:
            if candidate.name == name:
                return candidate
        raise KeyError(name)
