"""What objects and prevention nets promise: one row each, nets that are known, lineage."""

from __future__ import annotations

from expectations.checks import Suite, between, lineage, no_rows, not_null

OBJECTS, NETS = "lake.marts.fct_object", "lake.marts.dim_prevention_net"
COVERAGE, PLACES = "lake.marts.fct_net_coverage", "lake.marts.bridge_object_place"


def object_() -> Suite:
    """Checks of ``fct_object``, ``bridge_object_place`` and ``fct_net_coverage``."""
    return Suite(
        "object",
        (
            *lineage("fct_object", "object_key", "bridge_object_source"),
            *not_null(OBJECTS, "feed", "object_no"),
            *not_null(OBJECTS, "city_code", severity="warning"),
            no_rows(
                OBJECTS,
                f"select objects.net, count(*) as objects from {OBJECTS} as objects "
                f"anti join {NETS} as nets on nets.net = objects.net "
                "where objects.net is not null group by objects.net",
                "所属防控网均为七张网之一",
                "every net is one of the seven",
            ),
            no_rows(
                PLACES,
                f"select object_key, count(*) as finest from {PLACES} where is_finest "
                "group by object_key having count(*) > 1",
                "一物至多一个最细的地方",
                "an object has at most one finest place",
            ),
            *lineage("fct_net_coverage", "net_coverage_key", "bridge_net_coverage_source"),
            between(COVERAGE, "resource_count", 0, None),
            no_rows(
                COVERAGE,
                f"select net_coverage_key from {COVERAGE} where is_covered <> (resource_count > 0)",
                "有资源即覆盖，无资源即未覆盖",
                "covered is what has a resource, and nothing else",
            ),
        ),
    )
