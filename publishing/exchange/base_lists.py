"""The base list of new organisations, to the outbox of every unit that answers about them.

Each list is the template of the unit's own feed, with the organisations filled in and the answers
left empty: an answer that was given before is shown beside it, never filled in, since an old
answer that comes back would take the place of a newer one. A list whose content has not changed
stays as it is; one that another has taken the place of moves to ``superseded/``.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import polars as pl

from civic.settings import Settings
from ingestion.contracts import Contract, load_contracts
from ingestion.contracts.template import write_template
from publishing.exchange.answerers import answering_units, areas_of, shares
from publishing.exchange.asked import (
    Question,
    contradictions,
    first_due,
    organisations_asked,
    questions,
)
from publishing.exchange.list_sheets import counts, progress_sheets
from publishing.exchange.placing import json_text, put_file, put_json, writing_alone
from publishing.exchange.reading import open_to_send
from publishing.manifests import file_digest
from publishing.opening import OpenPublication
from publishing.workbook_styles import text

FOLDER, SUPERSEDED, MANIFEST = "base_list", "superseded", "manifest.json"
_LIST = re.compile(r"(?P<feed>[a-z][a-z0-9_]*)\.v_(?P<number>\d+)\.xlsx")

State = Literal["new", "changed", "unchanged"]


@dataclass(frozen=True)
class BaseList:
    """One list: what a unit is asked by one feed.

    ``publication``: the one since which its content is the same. ``first_due``: ISO date of the
    earliest answer that is due, None where none waits. ``is_known``: whether the unit is known to
    answer this feed, or the list merely waits for one that will.
    """

    unit: str
    feed: str
    title_zh: str
    title_en: str
    contract_version: str
    path: Path
    publication: int
    state: State
    asked: int
    answered: int
    waiting: int
    contradictory: int
    first_due: str | None
    is_known: bool
    bytes: int
    sha256: str


@dataclass(frozen=True)
class BaseLists:
    """All lists of a run. ``superseded``: files that moved (or would move) to ``superseded/``.

    ``nobodys``: feed to the number of organisations that no unit's area covers. ``not_published``:
    feeds of which the publication knows nothing yet.
    """

    publication: int
    digest: str
    lists: tuple[BaseList, ...]
    superseded: tuple[Path, ...]
    nobodys: Mapping[str, int]
    not_published: tuple[str, ...]
    dry_run: bool


@dataclass(frozen=True)
class _Draft:
    """A list before it is known whether it is new."""

    question: Question
    unit: str
    is_known: bool
    asked: pl.DataFrame
    contradicting: pl.DataFrame
    titles: Mapping[str, str]


def send_base_lists(
    settings: Settings, *, number: int | None = None, dry_run: bool = False
) -> BaseLists:
    """Write each unit's lists to ``outbox/<unit>/base_list/``, with a manifest beside them.

    ``number``: a publication; the current one without. Again from the same publication, it writes
    the same bytes. Raises CivicError where nothing is published or the outbox is in use.
    """
    contracts = load_contracts(settings.contract_paths)
    with open_to_send(settings, number) as opened:
        known = opened.manifest["contract_versions"]
        all_questions = questions(contracts)
        published = [q for q in all_questions if {q.feed, q.listed.feed} <= set(known)]
        nobodys: dict[str, int] = {}
        drafts = list(_drafts(opened, settings, published, nobodys))
    not_published = tuple(q.feed for q in all_questions if q not in published)
    digest = str(opened.manifest["digest"])
    with tempfile.TemporaryDirectory() as scratch:
        made = [(_settle(settings, d, opened.number, Path(scratch)), d) for d in drafts]
        lists = tuple(m for m, _ in made)
        old = tuple(_to_supersede(settings, {m.path for m in lists}))
        answer = BaseLists(
            opened.number, digest, lists, old, nobodys, not_published, dry_run=dry_run
        )
        if not dry_run:
            with writing_alone(settings.outbox):
                _put(settings, answer, Path(scratch))
    return answer


def _drafts(
    opened: OpenPublication,
    settings: Settings,
    published: list[Question],
    nobodys: dict[str, int],
) -> Iterator[_Draft]:
    titles = {q.answered_by: q.contract.title_zh for q in published}
    for question in published:
        asked = organisations_asked(opened, question)
        contradicting = contradictions(opened, question)
        units, is_known = answering_units(opened, settings, question)
        shared, left = shares(asked, units, areas_of(opened, units))
        if left.height:
            nobodys[question.feed] = left.height
        for unit, mine in shared.items():
            if mine.height:
                yield _Draft(question, unit, is_known, mine, contradicting, titles)


def _settle(settings: Settings, draft: _Draft, number: int, scratch: Path) -> BaseList:
    """Write a list to the scratch folder, under the number since which it is what it is."""
    folder = settings.outbox / draft.unit / FOLDER
    feed = draft.question.feed
    kept = (p for p in folder.glob(f"{feed}.v_*.xlsx") if _LIST.fullmatch(p.name))
    standing = sorted(kept, key=_number_of, reverse=True)
    for path in standing:
        same = _write(draft, _number_of(path), scratch)
        if same.read_bytes() == path.read_bytes():
            return _described(draft, path, same, _number_of(path), "unchanged")
    made = _write(draft, number, scratch)
    state: State = "changed" if standing else "new"
    return _described(draft, folder / made.name, made, number, state)


def _write(draft: _Draft, number: int, scratch: Path) -> Path:
    question = draft.question
    path = scratch / draft.unit / f"{question.feed}.v_{number}.xlsx"
    path.parent.mkdir(exist_ok=True)
    rows = [
        {question.key: text(row["organisation_no"])}
        | ({question.name: text(row["organisation_name"] or "")} if question.name else {})
        for row in draft.asked.iter_rows(named=True)
    ]
    sheets = progress_sheets(question, number, draft.asked, draft.contradicting, draft.titles)
    write_template(question.contract, path, rows, sheets)
    return path


def _described(draft: _Draft, path: Path, made: Path, number: int, state: State) -> BaseList:
    contract: Contract = draft.question.contract
    due = first_due(draft.asked.filter(~pl.col("is_answered")))
    return BaseList(
        unit=draft.unit,
        feed=contract.feed,
        title_zh=contract.title_zh,
        title_en=contract.title_en,
        contract_version=contract.version,
        path=path,
        publication=number,
        state=state,
        **counts(draft.asked),
        first_due=due.isoformat() if due else None,
        is_known=draft.is_known,
        bytes=made.stat().st_size,
        sha256=file_digest(made),
    )


def _to_supersede(settings: Settings, planned: set[Path]) -> list[Path]:
    """Lists that stand in an outbox and are no longer what the unit is asked."""
    standing = settings.outbox.glob(f"*/{FOLDER}/*.xlsx")
    return sorted(p for p in standing if _LIST.fullmatch(p.name) and p not in planned)


def _put(settings: Settings, answer: BaseLists, scratch: Path) -> None:
    """New lists first, then the old ones aside: at no moment is a unit without a list."""
    for made in answer.lists:
        if made.state != "unchanged":
            put_file(scratch / made.unit / made.path.name, made.path)
            # After a roll-back an old list is the newest again: it does not stand there twice.
            (made.path.parent / SUPERSEDED / made.path.name).unlink(missing_ok=True)
    for path in answer.superseded:
        aside = path.parent / SUPERSEDED / path.name
        aside.parent.mkdir(exist_ok=True)
        path.replace(aside)
    folders = {made.path.parent for made in answer.lists} | {p.parent for p in answer.superseded}
    for folder in sorted(folders):
        manifest = folder / MANIFEST
        content = _manifest(settings, folder, answer)
        if not manifest.is_file() or manifest.read_text(encoding="utf-8") != json_text(content):
            put_json(content, manifest)


def _manifest(settings: Settings, folder: Path, answer: BaseLists) -> dict[str, Any]:
    mine = [made for made in answer.lists if made.path.parent == folder]
    aside = sorted((folder / SUPERSEDED).glob("*.v_*.xlsx"), key=lambda p: (_number_of(p), p.name))
    return {
        "unit": folder.relative_to(settings.outbox).parts[0],
        "publication": {"number": answer.publication, "digest": answer.digest},
        "lists": [
            {
                "feed": made.feed,
                "contract_version": made.contract_version,
                "file": made.path.name,
                "unchanged_since_publication": made.publication,
                "rows": made.asked,
                "answered": made.answered,
                "waiting": made.waiting,
                "contradictory": made.contradictory,
                "first_due": made.first_due,
                "bytes": made.bytes,
                "sha256": made.sha256,
            }
            for made in mine
        ],
        "superseded": [
            {"file": f"{SUPERSEDED}/{p.name}", "publication": _number_of(p)} for p in aside
        ],
    }


def _number_of(path: Path) -> int:
    found = _LIST.fullmatch(path.name)
    return int(found["number"]) if found else -1
