"""Audits: what every element promises, checked by Great Expectations on DuckDB itself.

Belongs here: checks and their verdict. Does not belong here: checks of single drops (they are the
contract's, at intake) and what happens after a verdict (``publishing``).
"""

from expectations.auditing import audit
from expectations.running import get_ready
from expectations.verdicts import AuditResult, Verdict

__all__ = ["AuditResult", "Verdict", "audit", "get_ready"]
