"""Read contracts (Open Data Contract Standard 3.x YAML) into the typed view of ``model``.

What the standard has no place for stands in ``customProperties``: ``titleEn``, ``reading``,
``relation``, ``asOf``, ``rejectLimit``, ``centre`` (docs/contracts.md explains each).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import polars as pl
import pydantic
import yaml
from open_data_contract_standard.model import (
    DataQuality,
    OpenDataContractStandard,
    SchemaObject,
    SchemaProperty,
)

from civic.errors import CivicError
from ingestion.contracts.model import (
    AsOfRule,
    Code,
    Contract,
    Field,
    LeaveOut,
    Protection,
    Reading,
    Relation,
    RowRule,
    ServiceLevel,
)

NAME = re.compile(r"[a-z][a-z0-9_]*")
SUFFIX = ".odcs.yaml"
# The one written in C reads the same, ten times as fast; a PyYAML without it is rare.
SAFE_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_contracts(folders: Iterable[Path]) -> dict[str, Contract]:
    """All contracts below the folders, by feed, in order of their names.

    Raises CivicError where two contracts name one feed or a reference names an unknown field.
    """
    contracts: dict[str, Contract] = {}
    for folder in folders:
        if not folder.is_dir():
            raise CivicError(
                f"The contract folder {folder} does not exist.", "Check CIVIC_CONTRACTS."
            )
        for path in sorted(folder.rglob(f"*{SUFFIX}")):
            contract = load_contract(path)
            if contract.feed in contracts:
                raise CivicError(f"{path}: the feed {contract.feed} has a contract already.")
            contracts[contract.feed] = contract
    _check_references(contracts)
    return dict(sorted(contracts.items()))


def load_contract(path: Path) -> Contract:
    """One contract. Raises CivicError naming the file and the fault where it is not sound."""
    try:
        odcs = OpenDataContractStandard(**yaml.load(path.read_bytes(), Loader=SAFE_LOADER))
    except (yaml.YAMLError, pydantic.ValidationError, TypeError) as error:
        raise CivicError(f"{path} is not an ODCS contract: {error}") from error
    if not odcs.schema_ or len(odcs.schema_) != 1:
        raise CivicError(f"{path}: a contract describes exactly one feed (one schema object).")
    try:
        contract = _contract(odcs, odcs.schema_[0], _custom(odcs.customProperties))
    except (KeyError, TypeError, ValueError) as error:
        raise CivicError(f"{path}: {type(error).__name__}: {error}") from error
    _check(contract, path)
    return contract


def _contract(
    odcs: OpenDataContractStandard, schema: SchemaObject, custom: dict[str, Any]
) -> Contract:
    fields = tuple(_field(p) for p in schema.properties or [])
    return Contract(
        feed=schema.name or "",
        module=odcs.domain or "",
        version=odcs.version or "",
        title_zh=schema.businessName or schema.name or "",
        title_en=custom.get("titleEn") or schema.name or "",
        description=(odcs.description.purpose if odcs.description else None) or "",
        fields=fields,
        rules=tuple(_rule(q) for q in schema.quality or []),
        reading=_reading(custom.get("reading") or {}),
        relation=_relation(custom.get("relation") or {}),
        as_of=tuple(_as_of(rule) for rule in custom.get("asOf") or []),
        service_level=_service_level(odcs),
        reject_limit=float(custom.get("rejectLimit", 0.3)),
        centre=custom.get("centre") or {},
        personal=bool(custom.get("personal", False)),
    )


def _field(prop: SchemaProperty) -> Field:
    custom = _custom(prop.customProperties)
    options = prop.logicalTypeOptions or {}
    references = [r.to for r in prop.relationships or [] if isinstance(r.to, str)]
    label_zh = prop.businessName or prop.name or ""
    synonyms = tuple(s.synonym for s in prop.synonyms or [] if s.synonym)
    return Field(
        name=prop.name or "",
        logical_type=prop.logicalType or "string",  # type: ignore[arg-type]
        label_zh=label_zh,
        label_en=custom.get("labelEn") or (prop.name or "").replace("_", " "),
        description=prop.description or "",
        synonyms=(prop.name or "", label_zh, *synonyms),
        required=bool(prop.required),
        key_position=(prop.primaryKeyPosition or 1) if prop.primaryKey else None,
        codes=tuple(_code(e.model_dump()) for e in prop.enum or []),
        semantic=prop.semanticType,
        protection=_protection(prop),
        classification=prop.classification or "internal",
        encrypted_name=prop.encryptedName,
        reference=_reference(references[0]) if references else None,
        minimum=options.get("minimum"),
        maximum=options.get("maximum"),
        pattern=options.get("pattern"),
        max_length=options.get("maxLength"),
        zone=options.get("timezone"),
        examples=tuple(str(e) for e in prop.examples or []),
    )


def _protection(prop: SchemaProperty) -> Protection:
    """The personal-data class decides: there is no second place to state it, so none to forget."""
    match prop.classification:
        case "direct_identifier":
            return "pseudonym" if prop.encryptedName else "vault"
        case "free_text":
            return "scrub"
        case "refused":
            return "refused"
        case _:
            return "none"


def _code(entry: dict[str, Any]) -> Code:
    aliases = [c["value"] for c in entry["customProperties"] or [] if c["property"] == "aliases"]
    value = str(entry["value"])
    label = entry["label"] or value
    return Code(
        value=value,
        label_zh=label,
        label_en=entry["description"] or label,
        aliases=tuple(str(a) for group in aliases for a in group),
    )


def _rule(quality: DataQuality) -> RowRule:
    custom = _custom(quality.customProperties)
    if quality.severity not in ("reject", "warn"):
        raise ValueError(f"rule {quality.name}: severity is reject or warn")
    return RowRule(
        name=quality.name or "",
        expression=quality.query or "",
        severity=quality.severity,  # type: ignore[arg-type]
        zh=custom.get("zh") or quality.description or "",
        en=quality.description or "",
    )


def _reading(value: dict[str, Any]) -> Reading:
    leave_out = tuple(_leave_out(entry) for entry in value.pop("leave_out", []))
    return Reading(**value, leave_out=leave_out)


def _leave_out(entry: dict[str, Any]) -> LeaveOut:
    return LeaveOut(**{**entry, "nothing_but": tuple(entry.get("nothing_but", ()))})


def _relation(value: dict[str, Any]) -> Relation:
    return Relation(
        mode=value["mode"],
        scope=tuple(value.get("scope", [])),
        history=bool(value.get("history", False)),
    )


def _as_of(value: dict[str, Any]) -> AsOfRule:
    return AsOfRule(**value)


def _service_level(odcs: OpenDataContractStandard) -> ServiceLevel:
    stated = {p.property: p for p in odcs.slaProperties or []}
    due, kept = stated.get("latency"), stated.get("retention")
    cadence = stated.get("frequency")
    return ServiceLevel(
        cadence=str(cadence.value) if cadence else None,
        due_days=int(str(due.value)) if due else None,
        retention_months=int(str(kept.value)) if kept else None,
    )


def _custom(properties: list[Any] | None) -> dict[str, Any]:
    return {p.property: p.value for p in properties or [] if p.property}


def _reference(target: str) -> tuple[str, str]:
    feed, _, name = target.partition(".")
    if not name:
        raise ValueError(f"a relationship goes to <feed>.<field>, not to {target!r}")
    return feed, name


def _check(contract: Contract, path: Path) -> None:
    names = [f.name for f in contract.fields]
    faults = [f"field name {n!r}" for n in [contract.feed, *names] if not NAME.fullmatch(n)]
    faults += [f"{n} stands twice" for n in {n for n in names if names.count(n) > 1}]
    faults += [
        f"{f.name}: logicalType {f.logical_type}"
        for f in contract.fields
        if f.logical_type not in ("string", "integer", "number", "boolean", "date", "timestamp")
    ]
    faults += [f"relation scope {s} is no field" for s in contract.relation.scope if s not in names]
    faults += [
        f"asOf column {rule.column} is no field"
        for rule in contract.as_of
        if rule.source == "column" and rule.column not in names
    ]
    faults += [
        f"leave_out: {name} is no field"
        for rule in contract.reading.leave_out
        for name in rule.nothing_but
        if name not in names
    ]
    faults += [
        f"leave_out {rule.reason}: nothing_but must name the key"
        for rule in contract.reading.leave_out
        if rule.nothing_but and not {f.name for f in contract.key} & set(rule.nothing_but)
    ]
    if contract.relation.mode == "upsert" and not contract.key:
        faults.append("upsert needs a primaryKey")
    faults += [
        f"rule {r.name}: {fault}" for r in contract.rules if (fault := _rule_fault(r, names))
    ]
    if faults:
        raise CivicError(f"{path}: " + "; ".join(faults))


def _rule_fault(rule: RowRule, names: list[str]) -> str:
    try:
        unknown = set(pl.sql_expr(rule.expression).meta.root_names()) - set(names)
    except pl.exceptions.PolarsError as error:
        return f"{rule.expression!r} does not parse: {error}"
    return f"unknown fields {sorted(unknown)}" if unknown else ""


def _check_references(contracts: dict[str, Contract]) -> None:
    for contract in contracts.values():
        for field in contract.fields:
            if field.reference is None:
                continue
            feed, name = field.reference
            known = contracts.get(feed)
            if known is None or name not in {f.name for f in known.fields}:
                raise CivicError(f"{contract.feed}.{field.name} refers to unknown {feed}.{name}.")
