"""Which feeds the figures of a report come from: SQL over facts and their lineage.

Found in the data, not declared: a feed that some row behind some figure came from. Belongs here:
the feeds of reports. Does not belong here: the rows themselves (``atoms``), whether a feed is
complete (``publishing.completeness``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from analytics.reports.coordinates import quoted
from analytics.reports.declarations import Report
from analytics.reports.metrics import Fact, Metric
from analytics.reports.semantic_manifest import Catalog


def report_feeds_sql(reports: Iterable[Report], catalog: Catalog) -> str:
    """SQL: ``report, feed``, one row for each feed that a report's figures rest on.

    One pass over each fact and its lineage, whatever number of metrics it has.
    """
    shown = [(report.name, metric) for report in reports for metric in report.metrics]
    metrics: dict[Fact, dict[str, Metric]] = {}
    for _, name in shown:
        metric = catalog.metric(name)
        metrics.setdefault(metric.fact, {})[name] = metric
    if not metrics:
        return "select null::varchar as report, null::varchar as feed where false"
    found = "\nunion all\n".join(_of_fact(fact, own) for fact, own in metrics.items())
    listed = ", ".join(f"({quoted(report)}, {quoted(metric)})" for report, metric in shown)
    return f"""
select distinct shown.report, found.feed
from (values {listed}) as shown (report, metric)
join (
{found}
) as found on found.metric = shown.metric
order by all
"""


def _of_fact(fact: Fact, metrics: Mapping[str, Metric]) -> str:
    counts = ",\n    ".join(f"{_counts(m)} as {name}" for name, m in metrics.items())
    any_counts = ", ".join(f"bool_or({name}) as {name}" for name in metrics)
    return f"""
select metric, feed from (
  unpivot (
    select b.feed, {any_counts}
    from (
    select {fact.key},
    {counts}
    from {fact.relation}
    ) as f
    join {fact.lineage} as b on b.{fact.key} = f.{fact.key}
    group by b.feed
  ) on {", ".join(metrics)} into name metric value does_count
) where does_count"""


def _counts(metric: Metric) -> str:
    """SQL: whether a row of the fact passes the filters of the metric, or of one of its parts."""
    parts = [" and ".join(f"({f.sql})" for f in a.filters) or "true" for a in metric.aggregates]
    return "coalesce(" + " or ".join(f"({part})" for part in parts) + ", false)"
