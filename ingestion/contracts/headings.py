"""Match the headings that clerks write against the spellings that a contract knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingestion.contracts.model import Contract
from ingestion.contracts.spelling import normalise


@dataclass(frozen=True)
class HeadingMatch:
    """Which column holds which field.

    ``columns``: field name to position. ``unknown``: headings that the contract does not know
    (not taken in, said on the receipt). ``missing``: required fields without a heading.
    ``doubled``: fields that two headings name. ``refused``: headings of attributes that are
    never taken in.
    """

    columns: dict[str, int]
    unknown: tuple[str, ...]
    missing: tuple[str, ...]
    doubled: tuple[str, ...]
    refused: tuple[str, ...]

    @property
    def fits(self) -> bool:
        """Whether the file can be taken in by its headings."""
        return bool(self.columns) and not self.missing and not self.doubled


def match_headings(contract: Contract, headings: Sequence[str | None]) -> HeadingMatch:
    """Match one row of headings, in any spelling that the contract lists.

    Case, width (full or half), blanks and punctuation make no difference.
    """
    columns: dict[str, int] = {}
    unknown: list[str] = []
    doubled: list[str] = []
    refused: list[str] = []
    for position, heading in enumerate(headings):
        if heading is None or not heading.strip():
            continue
        field = contract.fields_by_spelling.get(normalise(heading))
        if field is None:
            unknown.append(heading)
        elif field.protection == "refused":
            refused.append(heading)
        elif field.name in columns:
            doubled.append(field.name)
        else:
            columns[field.name] = position
    missing = tuple(name for name in _needed(contract) if name not in columns)
    return HeadingMatch(columns, tuple(unknown), missing, tuple(doubled), tuple(refused))


def score_headings(contract: Contract, cells: Sequence[str | None]) -> float:
    """Share of the contract's required fields that this row of cells names, 0 to 1."""
    needed = _needed(contract)
    match = match_headings(contract, cells)
    if not needed:
        return len(match.columns) / max(len(contract.fields), 1)
    return 1 - len(match.missing) / len(needed)


def recognise(contracts: Mapping[str, Contract], rows: Sequence[Sequence[str | None]]) -> list[str]:
    """Feeds whose headings fit one of the rows, the best first; ties are all returned.

    The best contract is the one that leaves the fewest headings unknown. Headings that stand twice
    tell the feed as well; the examination then refuses the file and names them.
    """
    best: dict[str, tuple[int, int, int]] = {}
    for feed, contract in contracts.items():
        matches = (match_headings(contract, row) for row in rows)
        fits = [m for m in matches if m.columns and not m.missing]
        if fits:
            best[feed] = min((len(m.doubled), len(m.unknown), -len(m.columns)) for m in fits)
    if not best:
        return []
    least = min(best.values())
    return sorted(feed for feed, rank in best.items() if rank == least)


def nearest(
    contracts: Mapping[str, Contract], rows: Sequence[Sequence[str | None]], at_most: int = 3
) -> list[str]:
    """Feeds that know most of the headings of some row, the best first; none that knows none."""
    known = {
        feed: max((len(match_headings(contract, row).columns) for row in rows), default=0)
        for feed, contract in contracts.items()
    }
    ranked = sorted((feed for feed in known if known[feed]), key=lambda feed: (-known[feed], feed))
    return ranked[:at_most]


def _needed(contract: Contract) -> tuple[str, ...]:
    return tuple(f.name for f in contract.fields if f.required or f.key_position == 1)
