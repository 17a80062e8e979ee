"""The rows behind one cell: SQL from a cell's coordinates to fact rows, source rows and files.

Belongs here: the second reading of a metric. Does not belong here: many cells at once
(``first_atoms``), presenting them (``tracing``).
"""

from __future__ import annotations

from analytics.reports.coordinates import Coordinates, quoted
from analytics.reports.figures import RANKED, atom_figures, counts
from analytics.reports.metrics import Fact, Metric
from analytics.reports.reasons import reason_sql
from analytics.reports.rows import in_cell, rows_sql
from civic.lake import LAKE

DROPS = f"{LAKE}.bronze.drops"
SOURCE_ORDER = "b.is_anchor desc, b.feed, b.drop_id, b.record"


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


def atoms_sql(
    metric: Metric, cell: Coordinates, page: tuple[int, int] | None = None, drops: str = DROPS
) -> str:
    """The atoms of a cell: every source row behind it, anchors with what they contribute.

    ``page``: (offset, number) of fact rows in order of their key. Columns ``fact_key, feed,
    drop_id, record, line, sheet, is_anchor, role, contribution, numerator, denominator,
    ranked_value, file_name, sha256, unit, received_at``. ``role``: 'adds', 'ranked' (its value has
    a place among the others), 'supports' (it helped to make the fact's row and adds 0). ``drops``:
    a relation with the rows of ``bronze.drops``, where there is one that is cheaper to read.
    """
    limit = "" if page is None else f"order by fact_key limit {page[1]} offset {page[0]}"
    return f"""
with counted as (
select *, {role_sql(metric)} as role from (
{facts_sql(metric, cell)}{limit}
))
select {with_sources_sql(metric.fact, drops)}
order by c.fact_key, {SOURCE_ORDER}
"""


def role_sql(metric: Metric) -> str:
    """SQL: what the anchors of a metric do, 'adds' or 'ranked'."""
    return quoted("ranked" if metric.aggregates[0].function in RANKED else "adds")


def with_sources_sql(fact: Fact, drops: str = DROPS) -> str:
    """SQL behind ``select``: rows of ``counted`` (``facts_sql`` with ``role``) as their atoms.

    ``c`` is ``counted``, ``b`` the lineage; in order of ``SOURCE_ORDER`` within a fact row.
    """
    figures = ",\n  ".join(_on_anchor(n) for n in ("contribution", "numerator", "denominator"))
    return f"""
  c.fact_key, b.feed, b.drop_id, b.record, b.line, b.sheet, b.is_anchor,
  case when b.is_anchor then c.role else 'supports' end as role,
  {figures},
  case when b.is_anchor then c.ranked_value end as ranked_value,
  d.file_name, d.sha256, d.unit, d.received_at
from counted as c
join {fact.lineage} as b on b.{fact.key} = c.fact_key
left join {drops} as d on d.drop_id = b.drop_id"""


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
