"""What sqlfluff is shown in place of dbt's own macros."""


def type_string() -> str:
    """dbt's name for text, as dbt-duckdb has it."""
    return "text"
