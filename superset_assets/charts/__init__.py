"""Kinds of charts: from a declaration to what Superset draws."""

from superset_assets.charts.kinds import KINDS, form_of
from superset_assets.charts.measures import Measures

__all__ = ["KINDS", "Measures", "form_of"]
