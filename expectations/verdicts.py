"""What audits say: one result for each check, and whether publishing may go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from expectations.checks import Severity


@dataclass(frozen=True)
class AuditResult:
    """What became of one check. ``observed`` is in figures, never a value of a row about people."""

    suite: str
    expectation: str
    table: str
    column: str | None
    severity: Severity
    success: bool
    observed: str
    zh: str
    en: str


@dataclass(frozen=True)
class Verdict:
    """All results; ``passed`` where no blocking check failed.

    ``complete``: every check could be run, so that the same data would be judged the same again.
    """

    results: tuple[AuditResult, ...]
    complete: bool = True

    @property
    def passed(self) -> bool:
        """Whether what was audited may be published."""
        return not self.blocking_failures

    @property
    def blocking_failures(self) -> Sequence[AuditResult]:
        """The blocking checks that failed."""
        return [r for r in self.results if not r.success and r.severity == "blocking"]

    @property
    def warnings(self) -> Sequence[AuditResult]:
        """The other checks that failed."""
        return [r for r in self.results if not r.success and r.severity == "warning"]

    def to_dict(self) -> dict[str, Any]:
        """The verdict as plain values, as ``publishing`` takes it."""
        return {"passed": self.passed, "results": [asdict(r) for r in self.results]}
