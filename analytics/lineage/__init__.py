"""Which fields of which feeds a metric is made of, column by column, read from dbt's models."""

from analytics.lineage.columns import Column, ColumnLineage
from analytics.lineage.fields import fields_of

__all__ = ["Column", "ColumnLineage", "fields_of"]
