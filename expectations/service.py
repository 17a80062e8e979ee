"""What the counts of services to people promise: nobody is told of, also not by subtraction."""

from __future__ import annotations

from expectations.checks import Check, Suite, no_rows, not_null, unique

SERVICES = "lake.marts.fct_service"
CHAIN = "lake.marts.rpt_service_chain"
SMALLEST_SHOWN = 5
#: The share of broken links, in a hundred, above which an operator is told.
BROKEN_PERCENT = 10


def service() -> Suite:
    """Checks of ``fct_service`` and ``rpt_service_chain``."""
    return Suite(
        "service",
        (
            *not_null(SERVICES, "service_key", "level", "feed", "is_hidden"),
            unique(SERVICES, "service_key"),
            no_rows(
                SERVICES,
                f"select level, count(*) as cells from {SERVICES} "
                f"where service_count < {SMALLEST_SHOWN} or is_hidden <> (service_count is null) "
                "group by level",
                f"小于 {SMALLEST_SHOWN} 的次数不显示",
                f"no count below {SMALLEST_SHOWN} is shown",
                column="service_count",
            ),
            _nothing_below_a_hidden_cell(),
            _nothing_by_subtraction(),
            no_rows(
                CHAIN,
                "select link, feed, count(*) as rows_found from "
                f"{CHAIN} where broken_count < 0 or broken_count > thing_count group by link, feed",
                "断链数不多于应有数",
                "no more is broken than there is",
            ),
            no_rows(
                CHAIN,
                "select link, feed, cast(round(100.0 * broken_count / thing_count) as integer) "
                f"as percent_broken from {CHAIN} "
                f"where 100 * broken_count > {BROKEN_PERCENT} * thing_count",
                f"服务到人、到服务人员：断链不超过 {BROKEN_PERCENT}%",
                f"service to person and to worker: at most {BROKEN_PERCENT} % of a link is broken",
                severity="warning",
            ),
        ),
    )


def _nothing_below_a_hidden_cell() -> Check:
    return no_rows(
        SERVICES,
        f"select part.level, count(*) as cells from {SERVICES} as part "
        f"join {SERVICES} as whole on part.parent_key = whole.service_key "
        "where whole.is_hidden and not part.is_hidden group by part.level",
        "隐去者之下均隐去",
        "what lies below a hidden cell is hidden",
    )


def _nothing_by_subtraction() -> Check:
    """What the shown parts leave of a shown whole is nothing, or several parts together."""
    return no_rows(
        SERVICES,
        "select level, count(*) as families from (select part.level, "
        "count(*) filter (where part.is_hidden) as hidden, "
        "any_value(whole.service_count) - coalesce(sum(part.service_count), 0) as left_over "
        f"from {SERVICES} as part join {SERVICES} as whole on part.parent_key = whole.service_key "
        "where not whole.is_hidden group by whole.service_key, part.level) "
        f"where hidden = 1 or (hidden > 1 and left_over < {SMALLEST_SHOWN}) "
        "or (hidden = 0 and left_over <> 0) group by level",
        "隐去者不能由差额推出",
        "no hidden count comes back by subtraction",
    )
