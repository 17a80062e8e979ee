"""What the project's macros look like to sqlfluff, which reads models without dbt, lake or vars.

Each name stands for the macro of that name in ``dbt/macros`` and gives SQL of the same shape
(``.sqlfluff``: library_path). dbt never reads this; what dbt really compiles is linted by
tests/dbt/test_portable_sql.py.
"""

from __future__ import annotations

from typing import Any

_FEED = {
    "feed": "a_feed",
    "model": "a_model",
    "columns": [],
    "number": [],
    "place": [],
    "stages": {},
    "occurred": "a_column",
    "organisation_feed": {"constant": "a_list"},
    "answered_by": {"constant": "a_unit"},
    "told": ["a_field"],
    "persons": [{"relation": "a_relation", "column": "a_column"}],
    "module": "a_module",
    "cadence": "month",
    "due_days": 5,
}


def feeds(name: str) -> list[dict[str, Any]]:  # noqa: ARG001
    """One feed of any kind."""
    return [_FEED]


def text_type() -> str:
    """The type of text."""
    return "text"


def _attribute(*_: Any) -> str:
    return "cast(null as text)"


column_or_null = first_filled = number_of = value_of = _attribute


def column_name(name: str) -> str:
    """A column."""
    return name


def lineage_columns() -> str:
    """The last columns of a select."""
    return "_drop_id"


def hours_between(start: str, finish: str) -> str:
    """A double."""
    return f"({finish} - {start})"


def hours_later(moment: str, hours: str) -> str:
    """A timestamp."""
    return f"({moment} + {hours})"


def days_between(first_day: str, last_day: str) -> str:
    """A date."""
    return f"coalesce({first_day}, {last_day})"


def iso_weekday(day: str) -> str:
    """A number."""
    return f"extract(isodow from {day})"


iso_year = iso_weekday


def rows_in_force(*_: Any, **__: Any) -> str:
    """A whole model."""
    return "select 1 as a_column"


def rows_of_feeds(_feeds: Any, attributes: list[tuple[str, str, str]]) -> str:
    """The rows of an element, under its names."""
    columns = ", ".join(f"a_column as {column}" for column, _, _ in attributes)
    return f"select 'a_feed' as feed, {columns}, _drop_id from a_model"


def source_rows_anchored(*_: Any) -> str:
    """A whole model."""
    return "select 1 as a_column"


source_rows_of_records = source_rows_anchored


def anchored(*_: Any) -> str:
    """Two steps of a model, the last of that name."""
    return "source_rows_anchored as (\n\n    select * from source_rows\n\n)"


def steps_in_order(steps: str, key: str, *_: Any) -> str:
    """Two steps of a model."""
    return f"steps_in_order as (\n\n    select {key}\n    from {steps}\n\n)"


def service_cell_key(level: str, names: list[str]) -> str:
    """A text."""
    return " || ".join([f"'{level}'", *names])


def latest_rows(*_: Any) -> str:
    """The head of a model, up to a step of that name."""
    return "with latest_rows as (\n\n    select 1 as a_column\n\n)"


def building_columns(columns: list[str]) -> str:  # noqa: ARG001
    """A column of a building."""
    return "a_column"


def person_version_columns(relation: str) -> str:
    """A column of a person."""
    return f"{relation}.person_key"


def household_key() -> str:
    """A text."""
    return "household_no"


def entrance_key() -> str:
    """A text."""
    return "dwellings.entrance"


def full_years(start: str, finish: str) -> str:
    """A number."""
    return f"({finish} - {start})"


def pairs_of_one_name(lost: str, gained: str, *_: Any) -> str:
    """A select."""
    return f"select 1 as a_column\n    from {lost}\n    cross join {gained}"
