"""What organisations, units and staff promise."""

from __future__ import annotations

from expectations.checks import Suite, lineage, no_rows, not_null, unique

UNITS, STAFF = "lake.marts.dim_unit", "lake.marts.dim_staff"


def organisation() -> Suite:
    """Checks of ``fct_organisation``, ``dim_unit`` and ``dim_staff``."""
    return Suite(
        "organisation",
        (
            *lineage("fct_organisation", "organisation_key", "bridge_organisation_source"),
            *not_null("lake.marts.fct_organisation", "feed", "organisation_name"),
            *not_null(UNITS, "unit_code", "unit_name"),
            unique(UNITS, "unit_code"),
            *not_null(STAFF, "staff_no"),
            unique(STAFF, "staff_no"),
            no_rows(
                STAFF,
                f"select count(*) as staff from {STAFF} as staff anti join {UNITS} as units "
                "on units.unit_code = staff.unit_code where staff.unit_code is not null "
                "having count(*) > 0",
                "人员所属单位存在",
                "every member of staff belongs to a unit that is known",
                severity="warning",
            ),
        ),
    )
