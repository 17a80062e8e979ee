"""Kinds of charts: from a declaration to what Superset draws."""

from superset_assets.charts.kinds import KINDS, Measures, form_of

__all__ = ["KINDS", "Measures", "form_of"]
