"""Checks of published figures, declared as data: validation rules between two measures, outliers.

Belongs here: what a reader would doubt in the figures. Does not belong here: checks of rows (the
contracts', at intake), what a publication must pass (``expectations``), alerts on what happens.
"""

from analytics.checks.declarations import OutlierCheck, ValidationRule, load_checks
from analytics.checks.running import FINDINGS, run_checks

__all__ = ["FINDINGS", "OutlierCheck", "ValidationRule", "load_checks", "run_checks"]
