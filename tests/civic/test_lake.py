"""Connections are opened so that DuckDB gives right results, and never ask the network."""

from datetime import date

import duckdb

from civic.lake import connect

TWO_INTERVALS = """
select cast(d + interval 30 day as date), cast(d + interval 1 month as date)
from (values (date '2024-01-15')) as t (d)
"""


def test_two_intervals_of_equal_nominal_length_are_told_apart(settings):
    with connect(settings) as connection:
        assert connection.execute(TWO_INTERVALS).fetchone() == (
            date(2024, 2, 14),
            date(2024, 2, 15),
        )


def test_duckdb_still_has_the_fault_for_which_an_optimizer_is_off():
    """Where this fails, DuckDB is mended: docs/adr/0005-portable-sql.md says what may go."""
    first, second = duckdb.connect().execute(TWO_INTERVALS).fetchone()
    assert first == second


def test_no_extension_is_ever_fetched(settings):
    with connect(settings) as connection:
        switches = connection.execute(
            "select current_setting('autoinstall_known_extensions'), "
            "current_setting('autoload_known_extensions')"
        ).fetchone()
    assert switches == (False, False)
