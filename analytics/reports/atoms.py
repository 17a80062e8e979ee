"""The rows behind one cell: SQL from a cell's coordinates to fact rows, source rows and files.

Belongs here: the second reading of a metric. Does not belong here: presenting it (``tracing``).
"""

from __future__ import annotations

from analytics.reports.coordinates import Coordinates, quoted
from analytics.reports.figures import RANKED, atom_figures, counts
from analytics.reports.metrics import Metric
from analytics.reports.reasons import reason_sql
from analytics.reports.rows import in_cell, rows_sql
from civic.lake import LAKE


def facts_sql(metric: Metric, cell: Coordinates) -> str:
    """The fact rows that count in a cell, with what each puts in.

    Columns ``fact_key``, and by the kind of the metric ``contribution`` or ``numerator,
    denominator`` or ``ranked_value``; the others are null.
    """
    rows = rows_sql((metric,), cell.grain, within=in_cell(metric, cell))
    return f"""
select fact_key, {atom_figures(metric)}
from (
{rows}
)
where {counts(metric)}
"""


def atoms_sql(metric: Metric, cell: Coordinates, page: tuple[int, int] | None = None) -> str:
    """The atoms of a cell: every source row behind it, anchors with what they contribute.

    ``page``: (offset, number) of fact rows in order of their key. Columns ``fact_key, feed,
    drop_id, record, line, sheet, is_anchor, role, contribution, numerator, denominator,
    ranked_value, file_name, sha256, unit, received_at``. ``role``: 'adds', 'ranked' (its value has
    a place among the others), 'supports' (it helped to make the fact's row and adds 0).
    """
    role = "ranked" if metric.aggregates[0].function in RANKED else "adds"
    limit = "" if page is None else f"order by fact_key limit {page[1]} offset {page[0]}"
    figures = ",\n  ".join(_on_anchor(n) for n in ("contribution", "numerator", "denominator"))
    return f"""
with counted as (
{facts_sql(metric, cell)}{limit}
)
select
  c.fact_key, b.feed, b.drop_id, b.record, b.line, b.sheet, b.is_anchor,
  case when b.is_anchor then {quoted(role)} else 'supports' end as role,
  {figures},
  case when b.is_anchor then c.ranked_value end as ranked_value,
  d.file_name, d.sha256, d.unit, d.received_at
from counted as c
join {metric.fact.lineage} as b on b.{metric.fact.key} = c.fact_key
left join {LAKE}.bronze.drops as d on d.drop_id = b.drop_id
order by c.fact_key, b.is_anchor desc, b.feed, b.drop_id, b.record
"""


def _on_anchor(figure: str) -> str:
    """The figure on the anchor, 0 on the rows that support it, null where it has no meaning."""
    return f"case when b.is_anchor or c.{figure} is null then c.{figure} else 0 end as {figure}"


def left_out_sql(metric: Metric, cell: Coordinates) -> str:
    """Rows at a cell's coordinates that do not count: ``reason`` (number), ``fact_rows``."""
    return f"""
select reason, count(*) as fact_rows
from (
  select {reason_sql(metric, cell.grain)} as reason
  from {metric.fact.relation}
  where {in_cell(metric, cell)}
)
where reason is not null
group by reason
order by reason
"""
