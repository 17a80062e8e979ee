"""What organisations, units and staff promise."""

from __future__ import annotations

from expectations.checks import Suite, lineage, no_rows, not_null, unique

UNITS, STAFF = "lake.marts.dim_unit", "lake.marts.dim_staff"
POSTS, HELD = "lake.marts.dim_post", "lake.marts.bridge_staff_post"
RELATIONS = "lake.marts.bridge_person_organisation"


def organisation() -> Suite:
    """Checks of organisations, units, staff with their posts, and persons of organisations."""
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
            *not_null(POSTS, "post"),
            unique(POSTS, "post"),
            no_rows(
                POSTS,
                f"select post, holder_count from {POSTS} where not is_in_catalogue",
                "岗位均在目录中",
                "every post is in the catalogue",
                severity="warning",
            ),
            *not_null(HELD, "staff_post_key", "staff_no", "post"),
            unique(HELD, "staff_post_key"),
            no_rows(
                HELD,
                f"select count(*) as stays from {HELD} where until < since having count(*) > 0",
                "离任不早于任职",
                "nobody leaves a post before taking it up",
            ),
            *not_null(RELATIONS, "person_organisation_key", "person_key", "organisation_key"),
            unique(RELATIONS, "person_organisation_key"),
            no_rows(
                RELATIONS,
                f"select relation, count(*) as relations from {RELATIONS} as relations "
                "anti join lake.marts.fct_organisation using (organisation_key) group by relation",
                "人员所属组织存在",
                "every relation is to an organisation that is known",
            ),
        ),
    )
