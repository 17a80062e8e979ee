"""What the history of residents and the chain to the map promise."""

from __future__ import annotations

from expectations.checks import Suite, no_rows, not_null, unique

HISTORY = "lake.marts.dim_person_history"
STAYS = "lake.marts.bridge_person_dwelling"
CHAIN = "lake.marts.rpt_residence_chain"
#: The share of broken links, in a hundred, above which an operator is told.
BROKEN_PERCENT = 10


def residence() -> Suite:
    """Checks of versions of persons, their stays, and the breaks of the chain."""
    return Suite(
        "residence",
        (
            *not_null(HISTORY, "person_version_key", "person_key", "valid_from"),
            unique(HISTORY, "person_version_key"),
            no_rows(
                HISTORY,
                "select count(*) as persons from ("
                f"select person_key from {HISTORY} group by person_key "
                "having count(*) filter (where is_current) <> 1) having count(*) > 0",
                "每人恰有一个现行版本",
                "everyone has exactly one current version",
            ),
            no_rows(
                HISTORY,
                "select count(*) as versions from (select valid_to, lead(valid_from) over "
                f"(partition by person_key order by valid_from) as next_from from {HISTORY}) "
                "where valid_to is distinct from next_from having count(*) > 0",
                "每人的版本首尾相接",
                "each version of a person ends where the next begins",
            ),
            unique(STAYS, "stay_key"),
            no_rows(
                CHAIN,
                "select link, count(*) as places from "
                f"{CHAIN} where broken_count < 0 or broken_count > thing_count group by link",
                "断链数不多于应有数",
                "no more is broken than there is",
            ),
            no_rows(
                CHAIN,
                "select link, cast(round(100.0 * sum(broken_count) / sum(thing_count)) as integer) "
                f"as percent_broken from {CHAIN} group by link "
                f"having 100 * sum(broken_count) > {BROKEN_PERCENT} * sum(thing_count)",
                f"人到户、户进楼、楼上图：断链不超过 {BROKEN_PERCENT}%",
                "person to dwelling, dwelling into building, building onto the map: "
                f"at most {BROKEN_PERCENT} % of a link is broken",
                severity="warning",
            ),
        ),
    )
