"""What bronze promises, from the contracts: what was required is there, and nothing vanished."""

from __future__ import annotations

from collections.abc import Mapping

from expectations.checks import (
    Check,
    Suite,
    all_filled,
    all_in_set,
    in_set,
    no_rows,
    not_null,
    unique,
)
from ingestion.contracts import Contract

DROPS, OUTCOMES, FINDINGS = (f"lake.bronze.{t}" for t in ("drops", "outcomes", "findings"))


def bronze(contracts: Mapping[str, Contract]) -> Suite:
    """Checks of the bookkeeping and of every feed's table."""
    feeds = [check for contract in contracts.values() for check in _feed(contract)]
    return Suite("bronze", (*_bookkeeping(), *feeds))


def _bookkeeping() -> list[Check]:
    return [
        *not_null(DROPS, "drop_id", "unit", "feed", "sha256", "status"),
        unique(DROPS, "drop_id"),
        in_set(DROPS, "status", ("accepted", "refused")),
        no_rows(
            DROPS,
            f"select drop_id, records, accepted, rejected, repeated from {DROPS} "
            "where status = 'accepted' and records <> accepted + rejected + repeated",
            "守恒：记录数 = 接收 + 退回 + 重复",
            "conservation: records = accepted + rejected + repeated",
        ),
        no_rows(
            OUTCOMES,
            "select drops.drop_id, drops.rejected, drops.repeated, drops.left_out, "
            "count_if(outcome = 'rejected') as kept_rejected, "
            "count_if(outcome = 'repeated') as kept_repeated, "
            "count_if(outcome = 'left_out') as kept_left_out "
            f"from {DROPS} as drops left join {OUTCOMES} as outcomes using (drop_id) "
            "where drops.status = 'accepted' group by all "
            "having kept_rejected <> drops.rejected or kept_repeated <> drops.repeated "
            "or kept_left_out <> drops.left_out",
            "退回、重复、略过的行逐条在册",
            "every record rejected, repeated or left out is on record",
        ),
        in_set(OUTCOMES, "outcome", ("rejected", "repeated", "left_out")),
        in_set(FINDINGS, "severity", ("reject", "warn")),
        no_rows(
            FINDINGS,
            "select outcomes.feed, outcomes.code, count(*) as records "
            f"from {OUTCOMES} as outcomes anti join {FINDINGS} as findings "
            "on findings.drop_id = outcomes.drop_id and findings.record = outcomes.record "
            "and findings.severity = 'reject' where outcomes.outcome = 'rejected' group by all",
            "每条退回的记录都说明了原因",
            "every rejected record says why",
            severity="warning",
        ),
    ]


def _feed(contract: Contract) -> list[Check]:
    table = f"lake.bronze.{contract.feed}"
    named = [(f, f.bronze_name) for f in contract.bronze_fields if f.bronze_name]
    required = [name for field, name in named if field.required]
    return [
        all_filled(table, ["_drop_id", "_record", "_line", *required]),
        unique(table, "_drop_id", "_record"),
        *all_in_set(table, {n: [c.value for c in f.codes] for f, n in named if f.codes}),
        *_key(contract, table),
        no_rows(
            table,
            f"select drops.drop_id, drops.accepted, count(rows._drop_id) as rows_kept "
            f"from {DROPS} as drops left join {table} as rows on rows._drop_id = drops.drop_id "
            f"where drops.feed = '{contract.feed}' group by all "
            "having count(rows._drop_id) <> "
            "case when drops.status = 'accepted' then drops.accepted else 0 end",
            "每份文件接收的行数与入库行数一致；拒收的文件没有行",
            "a drop has as many rows as were accepted, a refused one has none",
        ),
        no_rows(
            table,
            f"select distinct _drop_id from {table} as rows "
            f"anti join {DROPS} as drops on drops.drop_id = rows._drop_id",
            "每行都属于已登记的文件",
            "every row belongs to a drop that is known",
        ),
    ]


def _key(contract: Contract, table: str) -> list[Check]:
    names = [field.bronze_name for field in contract.key]
    if not names or None in names:
        return []
    columns = ", ".join(f'"{name}"' for name in names)
    # Not coalesce: the parts of a key may be of different types.
    filled = " or ".join(f'"{name}" is not null' for name in names)
    return [
        no_rows(
            table,
            # How many, not which: a key may be a person's pseudonym.
            "select _drop_id, count(*) as doubled from ("
            f"select _drop_id, {columns} from {table} where {filled} "
            "group by all having count(*) > 1) group by _drop_id",
            "同一文件内主键不重复",
            "no key stands twice in one drop",
        )
    ]
