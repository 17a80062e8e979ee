"""``civic lineage``: which fields of which feeds a metric is made of."""

from __future__ import annotations

from typing import Annotated

import typer

from civic.cli.console import AsJson, chinese, console, print_json, say, table
from civic.cli.report_drawing import plain, text
from civic.settings import load_settings


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("lineage")(show_lineage)


def show_lineage(
    metric: Annotated[str, typer.Argument(help="As in: civic report list.")],
    as_json: AsJson = False,
) -> None:
    """Show which columns a metric reads, and which fields of which feeds these are made of."""
    from analytics.lineage import ColumnLineage, fields_of
    from analytics.lineage.fields import EACH_ROW, USES
    from analytics.reports.semantic_manifest import load_catalog
    from analytics.reports.wording import filters
    from ingestion.contracts import load_contracts

    settings = load_settings()
    contracts = load_contracts(settings.contract_paths)
    lineage = ColumnLineage.read(settings.dbt_target, contracts)
    catalog = load_catalog(settings.dbt_target / "semantic_manifest.json")
    measured = catalog.metric(metric)
    found = fields_of(measured, lineage, contracts)
    if as_json:
        print_json({"metric": metric, "mart": measured.fact.mart, "fields": found.to_dicts()})
        return
    headings = {
        "use": say("用途", "For"),
        "fact_column": say("事实列", "Column"),
        "feed": say("数据", "Feed"),
        "field": say("字段", "Field"),
    }
    rows, last = [], ("", "")
    for row in found.iter_rows(named=True):
        at = (text(USES[row["use"]]), row["fact_column"])
        contract = contracts.get(row["feed"])
        title = say(contract.title_zh, contract.title_en) if contract else row["feed"]
        field = say("每一行", "each row") if row["field"] == EACH_ROW else row["field"]
        rows.append(
            {
                "use": at[0] if at[0] != last[0] else "",
                "fact_column": at[1] if at != last else "",
                "feed": title,
                "field": f"{field} {row['label']}" if row["label"] and chinese() else field,
            }
        )
        last = at
    title = f"{text(measured.label)} · {measured.fact.mart.partition('.')[2]}"
    console.print(table(title, headings, rows))
    if stated := "; ".join(filters(measured)):
        console.print(plain(say(f"条件：{stated}", f"Where: {stated}")))
    hint = say(
        "由数据模型的 SQL 逐列推得。某个数字背后的行：civic trace 编号。",
        "Found in the SQL of the models, column by column. The rows behind a figure: civic trace.",
    )
    console.print(plain(hint), style="dim")
