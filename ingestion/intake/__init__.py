"""From a file in the drop folder to accepted rows in bronze and a receipt in the outbox.

Belongs here: collecting and keeping originals, examining them, taking them in, answering. Does not
belong here: how a format is read (``reading``) or a value is judged (``validation``).
"""

from ingestion.intake.collecting import Collected, collect
from ingestion.intake.dry_run import check
from ingestion.intake.originals import Drop, altered, find_drop, original_path, read_drops
from ingestion.intake.receipts import Receipt, answer_at_the_door
from ingestion.intake.taking_in import accepted_rows, replay, take_in

__all__ = [
    "Collected",
    "Drop",
    "Receipt",
    "accepted_rows",
    "altered",
    "answer_at_the_door",
    "check",
    "collect",
    "find_drop",
    "original_path",
    "read_drops",
    "replay",
    "take_in",
]
