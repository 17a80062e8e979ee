"""What declarations in YAML have in common: demands on them, texts in both languages."""

from __future__ import annotations

from typing import Any

from analytics.reports.metrics import Label


def demand(holds: bool, fault: str) -> None:
    """Raise ValueError with the fault where something does not hold; readers add the file."""
    if not holds:
        raise ValueError(fault)


def label_of(stated: Any) -> Label:
    """A text as it is declared, with ``zh`` and ``en``. Raises ValueError for anything else."""
    demand(isinstance(stated, dict) and set(stated) == {"zh", "en"}, "a title is zh and en")
    return Label(str(stated["zh"]), str(stated["en"]))
