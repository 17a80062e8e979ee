"""What units owe of the catalogue of work items, what they told, what is late or missing."""

JUDGED = "is_told, is_due, is_in_time, is_late, is_missing"


def items(query, where, columns=f"period, phase, {JUDGED}"):
    return query(
        f"select {columns} from marts.fct_work_item where {where} order by unit_code, item_code, "
        "period, case phase when 'plan' then 1 when 'implementation' then 2 else 3 end"
    )


def test_every_phase_of_a_month_is_in_time_late_missing_or_not_due_yet(query):
    in_time = (True, True, True, False, False)
    late = (True, True, False, True, False)
    missing = (False, True, False, False, True)
    not_due = (False, False, False, False, False)
    assert items(query, "unit_code = 'HT-C' and item_code = '0201'") == [
        ("2026-01", "plan", *in_time),
        ("2026-01", "implementation", *late),
        ("2026-01", "summary", *missing),
        ("2026-02", "plan", *missing),
        ("2026-02", "implementation", *not_due),
        ("2026-02", "summary", *not_due),
        ("2026-03", "plan", *not_due),
        ("2026-03", "implementation", *not_due),
        ("2026-03", "summary", *not_due),
    ]


def test_a_unit_that_told_nothing_misses_all_that_is_due(query):
    rows = items(query, "unit_code = 'HT-D' and item_code = '0201'", "phase, is_missing, due_on")
    assert [row[:2] for row in rows if row[1]] == [
        ("plan", True),
        ("implementation", True),
        ("summary", True),
        ("plan", True),
    ]


def test_what_is_told_by_month_is_told_for_the_quarter_from_the_first_time_on(query):
    rows = items(
        query,
        "unit_code = 'HT-C' and item_code = '0203' and phase = 'plan'",
        "period, told_at::date::varchar, due_on::varchar, is_in_time, source_rows",
    )
    assert rows == [("2026Q1", "2026-01-05", "2026-01-11", True, 2)]


def test_what_is_told_without_being_owed_counts_as_told_only(query):
    assert items(query, "unit_code = 'HT-C' and item_code = '0109'", f"is_expected, {JUDGED}") == [
        (False, True, False, False, False, False)
    ]


def test_a_member_unit_owes_what_it_ever_told_of_and_nothing_else(query):
    assert query(
        "select distinct item_code from marts.fct_work_item where unit_code = 'HT-00'"
    ) == [("0304",)]


def test_a_missing_phase_leads_to_the_row_that_names_the_unit(query):
    rows = query(
        "select source.feed, source.is_anchor, source.record = fact._record "
        "from marts.bridge_work_item_source as source join marts.fct_work_item as fact "
        "using (work_item_key) where unit_code = 'HT-D' and item_code = '0201' and phase = 'plan' "
        "and period = '2026-01'"
    )
    assert rows == [("unit", True, True)]


def test_the_catalogue_has_its_150_items(query):
    assert query("select count(*), count(distinct module) from marts.dim_work_item") == [(150, 19)]
