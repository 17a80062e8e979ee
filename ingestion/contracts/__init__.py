"""What a feed must look like: ODCS files and the typed view of them that the project uses.

Belongs here: the contracts themselves (``<module>/<feed>.odcs.yaml``), loading them, matching
headings against them, and what follows from them (template, dictionary, dbt sources). Does not
belong here: reading files or judging values.
"""

from ingestion.contracts.headings import (
    HeadingMatch,
    match_headings,
    nearest,
    recognise,
    score_headings,
)
from ingestion.contracts.loading import load_contract, load_contracts
from ingestion.contracts.model import (
    AsOfRule,
    Code,
    Contract,
    Field,
    LeaveOut,
    Reading,
    Relation,
    RowRule,
    ServiceLevel,
)

__all__ = [
    "AsOfRule",
    "Code",
    "Contract",
    "Field",
    "HeadingMatch",
    "LeaveOut",
    "Reading",
    "Relation",
    "RowRule",
    "ServiceLevel",
    "load_contract",
    "load_contracts",
    "match_headings",
    "nearest",
    "recognise",
    "score_headings",
]
