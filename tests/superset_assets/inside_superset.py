"""Run inside Superset's environment: many people ask for what is theirs and for what is not.

Prints JSON: for each person, dataset and way of asking how many rows came and which of them lie
outside the person's part. It judges nothing; the test does.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from superset_assets.server.people import add_person
from superset_assets.server.places import file_of, state

EVERY = 21
"""Of so many people one tries what is forbidden; a number that meets each role in its turn."""
WHOLE = ("leader", "city", "analyst", "steward")
SCOPES = {"district": "district_code", "street": "street_code", "community": "community_code"}
INJECTED = (
    "1 = 1 or 1 = 1",
    "1 = 1) or (1 = 1",
    "1 = 1 -- ",
    "1 = 1) -- ",
    "1 = 1 /* */ or true",
    "cell_id in (select cell_id from figures)",
    "exists (select 1 from query('select 1'))",
)
QUESTIONS = (
    "select count(*) from main.figures",
    "select * from screens.scores_zh",
    "select * from scores",
    "select * from read_csv('/etc/passwd')",
    "select * from '/etc/passwd'",
    "select * from query('select * from screens.scores_zh')",
    "attach '{work}' as w",
    "select * from read_text('{key}')",
    "copy main.figures to '{out}'",
    "insert into main.figures select * from main.figures",
    "select getenv('HOME')",
)


def main() -> None:
    """Make the people, ask, and print what came."""
    from flask_jwt_extended import create_access_token
    from superset.app import create_app
    from superset.utils.log import DBEventLogger

    # What is opened is written down elsewhere; here it would be half of the time.
    DBEventLogger.log = lambda *_words, **_more: None
    number = int(sys.argv[1])
    app = create_app()
    app.config.update(WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    security = json.loads((state() / "bundle" / "security.json").read_text("utf-8"))
    with app.app_context():
        wanted = people(number)
        for name, role, parts in wanted:
            add_person(security, name, role, parts, "Abc-xyz-12-Zz9")
        tables = _tables()
        databases = _databases()
        tokens = {name: create_access_token(str(_user(name).id)) for name, *_ in wanted}
    found: dict[str, Any] = {"rows": [], "injected": [], "questions": [], "ways": []}
    refused: set[str] = set()
    for at, (name, role, parts) in enumerate(wanted):
        client = app.test_client()
        headers = {"Authorization": f"Bearer {tokens[name]}"}
        language = ("zh", "en")[at % 2]
        for dataset, stated in security["datasets"].items():
            # One of each role is refused what is not for it; the others ask what is.
            if role not in stated["roles"] and role in refused:
                continue
            table = tables[f"{dataset}_{language}"]
            column = SCOPES.get(role, "unit" if role == "member_unit" else None)
            seen = column if column in table["columns"] else None
            answer = ask(client, headers, table, [seen] if seen else [])
            found["rows"].append([name, role, parts, dataset, *answer])
        refused.add(role)
        if at % EVERY == 0 or role in WHOLE:
            table = tables[f"figures_{language}"]
            column = SCOPES.get(role, "unit")
            for text in INJECTED:
                answer = ask(client, headers, table, [column], where=text)
                found["injected"].append([name, role, parts, text, *answer])
            for text in QUESTIONS:
                found["questions"].append(
                    [name, role, text, *question(client, headers, databases, text)]
                )
            for way in ("samples", "drill_detail", "csv", "xlsx"):
                answer = other_way(client, headers, table, column, way)
                found["ways"].append([name, role, parts, way, *answer])
    print(json.dumps(found, ensure_ascii=False))


def people(number: int) -> list[tuple[str, str, list[str]]]:
    """So many people: one of each role that sees everything, others with parts, some with two."""
    import duckdb

    with duckdb.connect(str(file_of("current.figures")), read_only=True) as figures:
        codes = {
            role: [
                code
                for (code,) in figures.execute(
                    f"select distinct {column} from places where {column} is not null order by 1"
                ).fetchall()
            ]
            for role, column in SCOPES.items()
        }
    with duckdb.connect(str(file_of("current.duckdb")), read_only=True) as work:
        codes["member_unit"] = [
            unit
            for (unit,) in work.execute("select distinct unit from drops order by 1").fetchall()
        ]
    made: list[tuple[str, str, list[str]]] = [(f"all_{role}", role, []) for role in WHOLE]
    roles = list(codes)
    for at in range(number - len(made)):
        role = roles[at % len(roles)]
        mine = codes[role]
        parts = [mine[at % len(mine)]] + ([mine[(at + 1) % len(mine)]] if at % 7 == 0 else [])
        made.append((f"person_{at}", role, sorted(set(parts))))
    return made


def ask(
    client: Any, headers: Any, table: Any, columns: list[str], where: str = ""
) -> tuple[int, list[Any]]:
    """Status, and (value of the part's column, rows) as the chart-data API gives them."""
    count = {"expressionType": "SQL", "sqlExpression": "count(*)", "label": "n"}
    query = {"columns": columns, "metrics": [count], "row_limit": 10000}
    if where:
        query["extras"] = {"where": where}
    answer = client.post("/api/v1/chart/data", json=_context(table, query, "full"), headers=headers)
    if answer.status_code != 200:
        return answer.status_code, []
    [result] = answer.get_json()["result"]
    rows = [[row.get(columns[0]) if columns else None, row["n"]] for row in result["data"]]
    return 200, rows


def other_way(
    client: Any, headers: Any, table: Any, column: str, way: str
) -> tuple[int, list[Any]]:
    """Rows by samples, drill to detail and exports: the values of the part's column in them."""
    query = {"columns": [column], "metrics": [], "row_limit": 5000}
    if way in ("csv", "xlsx"):
        context = {**_context(table, query, "full"), "result_format": way}
    else:
        context = _context(table, query, way)
    answer = client.post("/api/v1/chart/data", json=context, headers=headers)
    if answer.status_code != 200:
        return answer.status_code, []
    if way == "csv":
        lines = answer.get_data(as_text=True).lstrip("\ufeff").splitlines()[1:]
        return 200, sorted({line.strip('"') or None for line in lines}, key=str)
    if way == "xlsx":
        from io import BytesIO

        import pandas as pd

        frame = pd.read_excel(BytesIO(answer.get_data()), dtype=str)
        return 200, sorted({None if pd.isna(v) else v for v in frame.iloc[:, -1]}, key=str)
    [result] = answer.get_json()["result"]
    return 200, sorted({row.get(column) for row in result["data"]}, key=str)


def question(client: Any, headers: Any, databases: list[int], text: str) -> tuple[int, int]:
    """A free question to each database: the best status and the most rows that came."""
    filled = text.format(
        work=file_of("current.duckdb"), key=state() / "secret_key", out=state() / "taken.csv"
    )
    best, rows = 0, 0
    for database in databases:
        answer = client.post(
            "/api/v1/sqllab/execute/",
            json={"database_id": database, "sql": filled, "runAsync": False, "queryLimit": 10},
            headers=headers,
        )
        if answer.status_code == 200:
            best, rows = 200, max(rows, len(answer.get_json().get("data") or []))
        elif best != 200:
            best = max(best, answer.status_code)
    return best, rows


def _context(table: Any, query: Any, kind: str) -> dict[str, Any]:
    return {
        "datasource": {"id": table["id"], "type": "table"},
        "queries": [query],
        "result_type": kind,
        "force": True,
    }


def _tables() -> dict[str, Any]:
    from superset.connectors.sqla.models import SqlaTable
    from superset.extensions import db

    return {
        table.table_name: {
            "id": table.id,
            "columns": {column.column_name for column in table.columns},
        }
        for table in db.session.query(SqlaTable)
    }


def _databases() -> list[int]:
    from superset.extensions import db
    from superset.models.core import Database

    return [database for (database,) in db.session.query(Database.id)]


def _user(name: str) -> Any:
    from superset.extensions import security_manager

    return security_manager.find_user(name)


if __name__ == "__main__":
    os.environ.setdefault("FLASK_DEBUG", "0")
    main()
