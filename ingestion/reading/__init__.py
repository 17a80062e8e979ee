"""From the bytes of one dropped file to batches of text that remember record, line and sheet.

Belongs here: formats, encodings, archives, limits. Does not belong here: what a heading or a
value means; a contract says that in ``ingestion.contracts`` and ``ingestion.validation``.
"""

from ingestion.reading.model import (
    Batch,
    Limits,
    Note,
    Opened,
    Part,
    ReadingRules,
    UnreadableDropError,
)
from ingestion.reading.opening import open_drop, peek_headings

__all__ = [
    "Batch",
    "Limits",
    "Note",
    "Opened",
    "Part",
    "ReadingRules",
    "UnreadableDropError",
    "open_drop",
    "peek_headings",
]
