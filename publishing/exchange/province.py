"""The extract for the province: a folder of CSV files with a manifest and SHA-256 sums.

Belongs here: the folder, its manifest and its sums. Does not belong here: what may leave
(``province_policy``), nor how a row is written (``extract_file``).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from civic.errors import CivicError
from civic.settings import Settings
from ingestion.contracts import Contract, load_contracts
from publishing.exchange.extract_file import Written, write_csv
from publishing.exchange.placing import json_text, put_folder, writing_alone
from publishing.exchange.province_policy import Leaving, Policy, heading_of, load_policy
from publishing.exchange.reading import open_to_send
from publishing.manifests import file_digest
from publishing.opening import OpenPublication
from publishing.written import is_whole, noted, origin_of, write_note

FOLDER, MANIFEST, SUMS = "province", "manifest.json", "SHA256SUMS"


@dataclass(frozen=True)
class ProvinceExtract:
    """An extract. ``manifest`` as it stands in the folder; after a dry run without bytes and sums.

    ``state``: ``written``, ``unchanged`` or, after a dry run, ``dry_run``.
    """

    folder: Path
    state: str
    manifest: Mapping[str, Any]


def write_province(
    settings: Settings,
    out: Path | None = None,
    *,
    number: int | None = None,
    dry_run: bool = False,
) -> ProvinceExtract:
    """Write ``<out>/v_<n>/`` (``out``: by default ``outbox/province``), whole or not at all.

    One CSV for each feed that may leave, ``manifest.json`` and ``SHA256SUMS``; the same
    publication gives the same bytes. One that stands there as it was written from what would be
    read now is not written again (``publishing.written``). Raises CivicError where nothing is
    published, a contract has changed since the publication, or the folder cannot be written to.
    """
    contracts = load_contracts(settings.contract_paths)
    parent = (out or settings.outbox / FOLDER).absolute()
    with open_to_send(settings, number) as opened:
        _demand_same_contracts(contracts, opened)
        folder = parent / f"v_{opened.number}"
        if dry_run:
            return ProvinceExtract(folder, "dry_run", _write(opened, contracts, None))
        origin = origin_of(
            opened.manifest,
            (Path(__file__).parent, *settings.contract_paths),
            (metadata.version("polars"),),
        )
        note = parent / f".v_{opened.number}.written.json"
        with writing_alone(parent):
            if _stands(folder, noted(note, origin)):
                stated = json.loads((folder / MANIFEST).read_text("utf-8"))
                return ProvinceExtract(folder, "unchanged", stated)
            for left_behind in parent.glob(".v_*.partial"):
                shutil.rmtree(left_behind)
            draft = parent / f".v_{opened.number}.partial"
            draft.mkdir()
            try:
                manifest = _write(opened, contracts, draft)
                is_new = put_folder(draft, folder)
            finally:
                shutil.rmtree(draft, ignore_errors=True)
            write_note(note, origin, sorted(folder.iterdir()))
    return ProvinceExtract(folder, "written" if is_new else "unchanged", manifest)


def _stands(folder: Path, known: Mapping[str, str]) -> bool:
    """Whether the folder holds the files that are known, each as it was left, and no other."""
    if not known or not folder.is_dir() or {p.name for p in folder.iterdir()} != set(known):
        return False
    return all(is_whole(folder / name, digest) for name, digest in known.items())


def _write(
    opened: OpenPublication, contracts: Mapping[str, Contract], folder: Path | None
) -> dict[str, Any]:
    policy = load_policy()
    files, stay = [], []
    for contract in contracts.values():
        decided: Leaving | str = policy.decide(contract)
        if (
            isinstance(decided, Leaving)
            and contract.feed not in opened.manifest["contract_versions"]
        ):
            decided = "not_published"
        if isinstance(decided, str):
            stay.append(_stays(policy, contract, decided))
            continue
        path = folder / f"{contract.feed}.csv" if folder else None
        files.append(_entry(policy, decided, write_csv(opened, decided, path), path))
    manifest = {
        "publication": {
            "number": opened.number,
            "digest": opened.manifest["digest"],
            "created_at": opened.manifest["created_at"],
        },
        "form": {
            "encoding": "UTF-8 with BOM",
            "line_end": "CRLF",
            "codes": "Chinese labels of the contract",
            "order": "fields and headings of the contract, after GB/T 31000-2015",
        },
        "files": files,
        "feeds_left_out": stay,
    }
    if folder:
        (folder / MANIFEST).write_text(json_text(manifest), encoding="utf-8")
        named = [*(str(f["file"]) for f in files), MANIFEST]
        sums = [f"{file_digest(folder / name)}  {name}\n" for name in sorted(named)]
        (folder / SUMS).write_text("".join(sums), encoding="utf-8")
    return manifest


def _entry(policy: Policy, leaving: Leaving, written: Written, path: Path | None) -> dict[str, Any]:
    contract = leaving.contract
    return {
        "feed": contract.feed,
        "title_zh": contract.title_zh,
        "title_en": contract.title_en,
        "contract_version": contract.version,
        "file": f"{contract.feed}.csv",
        "rows": written.rows,
        "period": {"from": _day(written.first), "to": _day(written.last)},
        "bytes": path.stat().st_size if path else None,
        "sha256": file_digest(path) if path else None,
        "texts_guarded": written.guarded if path else None,
        "fields": [{"name": f.name, "heading": heading_of(f)} for f in leaving.fields],
        "fields_left_out": [
            {"name": field.name, "reason": policy.reason(reason)}
            for field, reason in leaving.withheld
        ],
    }


def _stays(policy: Policy, contract: Contract, reason: str) -> dict[str, Any]:
    return {
        "feed": contract.feed,
        "title_zh": contract.title_zh,
        "title_en": contract.title_en,
        "reason": policy.reason(reason),
    }


def _demand_same_contracts(contracts: Mapping[str, Contract], opened: OpenPublication) -> None:
    published = opened.manifest["contract_versions"]
    changed = [
        f"{feed} {published[feed]} → {contract.version}"
        for feed, contract in contracts.items()
        if feed in published and published[feed] != contract.version
    ]
    if changed:
        raise CivicError(
            f"Contracts have changed since publication {opened.number}: {', '.join(changed)}.",
            "Run: civic run",
            zh=f"第 {opened.number} 号发布之后契约有变：{'、'.join(changed)}。",
            remedy_zh="请运行：civic run",
        )


def _day(moment: datetime | None) -> str | None:
    return moment.date().isoformat() if moment else None
