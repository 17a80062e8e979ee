"""Every compiled model keeps to the SQL that means the same on DuckDB and on Spark."""

import re
from pathlib import Path

import pytest
import sqlglot
import yaml

RULES = yaml.safe_load((Path(__file__).parent / "portable_sql.yml").read_text("utf-8"))


def faults(name: str, sql: str) -> list[str]:
    """What is not portable in one compiled model."""
    try:
        sqlglot.transpile(
            sql, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE
        )
    except sqlglot.errors.SqlglotError as error:
        return [f"{name}: {error}"]
    # What the text says, without comments, literals and the quotes of identifiers.
    text = re.sub(r"--[^\n]*|/\*.*?\*/", " ", sql, flags=re.S)
    bare = re.sub(r"'(?:[^']|'')*'", "''", text).lower()
    allowed = set(RULES["engine"].get(name, []))
    called = set(re.findall(r"([a-z_0-9]+)\s*\(", bare))
    found = [f"{name}: {f}()" for f in RULES["functions"] if f in called - allowed]
    found += [
        f"{name}: {rule['why']}"
        for rule in RULES["patterns"]
        if re.search(rule["pattern"], bare if rule["why"] != "a backslash in a literal" else text)
    ]
    return found


def test_every_compiled_model_is_portable(built):
    models = built.compiled()
    assert len(models) > 40
    assert [fault for _, name, _, sql in models for fault in faults(name, sql)] == []


@pytest.mark.parametrize(
    "sql",
    [
        "select distinct on (a) a, b from t",
        "select * exclude (a) from t",
        "select regexp_replace(a, 'x', 'y') from t",
        "select a::integer as b from t",
        'select a as "b" from t',
        "select [1, 2] as b",
        "select strftime(a, '%Y') from t",
        "select * from t asof join u on t.a >= u.a",
        "select cast(a as varchar) as b from t",
        "select a ~ 'x' as b from t",
    ],
)
def test_the_lint_sees_what_is_not_portable(sql):
    assert faults("a_model", sql)


def test_the_lint_lets_portable_sql_pass():
    sql = "select a, count(*) filter (where b) as c from t where d <> '::[~' group by a"
    assert faults("a_model", sql) == []
