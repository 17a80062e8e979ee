"""What sqlfluff is shown in place of dbt's adapter, so that models are linted without a lake."""


def quote(name: str) -> str:
    """The name as DuckDB quotes it."""
    return f'"{name}"'


def dispatch(name: str):
    """A stand-in for an engine's own macro: a call of a function of that name."""
    return lambda *arguments: f"{name}({', '.join(map(str, arguments))})"
