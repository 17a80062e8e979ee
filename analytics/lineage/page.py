"""``docs/lineage.md``: which fields of which feeds every metric is made of, fact by fact.

``python -m analytics.lineage.page`` writes it from the models of the home (CIVIC_HOME), as built
there last; a test fails where the page is not what the models say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from analytics.lineage.columns import Column, ColumnLineage
from analytics.lineage.fields import USES, columns_read, fields_behind, relation_of
from analytics.reports.metrics import Fact, Metric
from analytics.reports.semantic_manifest import Catalog, load_catalog
from civic.settings import PROJECT_ROOT, load_settings
from ingestion.contracts import Contract, load_contracts
from ingestion.contracts.markdown import table

PAGE = PROJECT_ROOT / "docs" / "lineage.md"
_HEAD = """<!-- Made from the models by `python -m analytics.lineage.page`; change these. -->

# 数字由哪些字段得来 · From a metric to the fields that it is made of

每个指标读取哪张事实表的哪些列，这些列由哪些数据的哪些字段得来。由编译后的 SQL 逐列推得。
命令：`civic lineage 指标`。设置 `OPENLINEAGE_URL` 后，每次构建也作为 OpenLineage 事件发出。

For each metric the columns that it reads of its fact, and for each column the fields of feeds
that its value is made of, found in the compiled SQL column by column. On the command line:
`civic lineage METRIC`. Where `OPENLINEAGE_URL` is set, each build sends the same, model by model,
as OpenLineage events. `*`: every row of the feed. What a value is looked up by (the code that
finds a place's name, say) is not part of it. The rows behind a figure are another matter:
`civic trace`.
"""


def page(catalog: Catalog, lineage: ColumnLineage, contracts: Mapping[str, Contract]) -> str:
    """The page as Markdown."""
    metrics = [catalog.metric(name) for name in catalog.names]
    parts = [_HEAD]
    for fact in sorted({m.fact for m in metrics}, key=lambda f: f.name):
        own = [metric for metric in metrics if metric.fact == fact]
        parts.append(_section(fact, own, lineage, contracts))
    return "\n".join(parts)


def _section(
    fact: Fact, metrics: list[Metric], lineage: ColumnLineage, contracts: Mapping[str, Contract]
) -> str:
    relation = relation_of(metrics[0])
    there = lineage.known[relation]
    read = {metric.name: columns_read(metric, there) for metric in metrics}
    columns = list(dict.fromkeys(column for pairs in read.values() for _, column in pairs))
    made = {
        column: fields_behind(Column(relation, column), lineage, contracts) for column in columns
    }
    feeds = sorted({feed for fields in made.values() for feed, *_ in fields})
    return "\n".join(
        (
            f"## {relation}",
            "",
            *_drawing(fact, metrics, feeds, contracts),
            "",
            table(("列 Column", "字段 Fields"), _column_rows(made, contracts)),
            "",
            table(
                ("指标 Metric", *(f"{use.zh} {use.en}" for use in USES.values())),
                _metric_rows(metrics, read),
            ),
            "",
        )
    )


def _drawing(
    fact: Fact, metrics: list[Metric], feeds: list[str], contracts: Mapping[str, Contract]
) -> Iterator[str]:
    """Feeds and seeds on the left, the fact, and how many metrics on the right."""
    yield "```mermaid"
    yield "flowchart LR"
    for at, feed in enumerate(feeds):
        title = contracts[feed].title_zh if feed in contracts else feed
        yield f'  f{at}["{title}<br/>{feed}"] --> fact["{fact.mart.rpartition(".")[2]}"]'
    yield f'  fact --> metrics["{len(metrics)} 个指标 metrics"]'
    yield "```"


def _column_rows(
    made: Mapping[str, list[tuple[str, str, str]]], contracts: Mapping[str, Contract]
) -> Iterator[tuple[str, ...]]:
    for column, fields in made.items():
        by_feed: dict[str, list[str]] = {}
        for feed, name, label in fields:
            by_feed.setdefault(feed, []).append(f"{label} `{name}`" if label else f"`{name}`")
        told = [
            f"{contracts[feed].title_zh if feed in contracts else feed}: {', '.join(names)}"
            for feed, names in by_feed.items()
        ]
        yield f"`{column}`", "<br/>".join(told) or "—"


def _metric_rows(
    metrics: list[Metric], read: Mapping[str, list[tuple[str, str]]]
) -> Iterator[tuple[str, ...]]:
    for metric in metrics:
        uses = {use: [c for u, c in read[metric.name] if u == use] for use in USES}
        yield (
            f"{metric.label.zh} {metric.label.en} `{metric.name}`",
            *(", ".join(f"`{c}`" for c in columns) for columns in uses.values()),
        )


def write_page(path: Path = PAGE) -> None:
    """Write the page from the models of the home. Raises CivicError where none were built."""
    settings = load_settings()
    contracts = load_contracts(settings.contract_paths)
    lineage = ColumnLineage.read(settings.dbt_target, contracts)
    catalog = load_catalog(settings.dbt_target / "semantic_manifest.json")
    path.write_text(page(catalog, lineage, contracts), "utf-8")


if __name__ == "__main__":
    write_page()
