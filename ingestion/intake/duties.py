"""Which unit is listed to send which feed, from when until when: the list of reporting duties.

Belongs here: reading the lists in force from bronze. Does not belong here: what is due
(``punctuality``).
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import polars as pl

from ingestion.contracts import Contract

ELEMENT = "reporting_duty"
DUTIES = pl.Schema({"unit": pl.String, "feed": pl.String, "since": pl.Date, "until": pl.Date})
_ROLES = {"sender": "unit", "sent": "feed", "since": "since", "until": "until"}


def read_duties(
    connection: duckdb.DuckDBPyConnection, contracts: Mapping[str, Contract]
) -> pl.DataFrame:
    """The duties in force (``DUTIES``): one row per unit and feed, of two lists the later one's.

    ``connection``: the lake. A contract that says no ``until`` has duties without an end.
    """
    found = [pl.DataFrame(schema=DUTIES)]
    for contract in contracts.values():
        if contract.centre.get("element") == ELEMENT:
            told = connection.execute(_sql(contract), [contract.feed]).pl()
            found.append(told.cast(DUTIES))
    return pl.concat(found).unique(["unit", "feed"], keep="first", maintain_order=True)


def _sql(contract: Contract) -> str:
    """SQL: the rows of the latest list of each unit, those of the later list first."""
    listed = ", ".join(f"{_column(contract, role)} as {name}" for role, name in _ROLES.items())
    return f"""
        with latest as (
          select drop_id, as_of, sha256 from bronze.drops where feed = ? and status = 'accepted'
          qualify row_number() over (
            partition by unit order by as_of desc, sha256 desc, drop_id desc
          ) = 1
        )
        select {listed} from bronze."{contract.feed}" as told
        join latest on latest.drop_id = told._drop_id
        order by latest.as_of desc, latest.sha256 desc, told._record desc
        """


def _column(contract: Contract, role: str) -> str:
    field = contract.centre.get(role)
    return f'told."{contract.field(str(field)).bronze_name}"' if field else "null"
