"""Objects, answers, sentiment, activities, readings and orders: each by its contract alone."""

COMMUNITIES = ("990102001001", "990102001002", "990102001003", "990102002001")


def test_an_object_is_what_its_latest_row_says(query):
    rows = query(
        "select objects.object_no, objects.state, objects.net, grid_code, community_code, "
        "source_rows, longitude from marts.fct_object as objects "
        "join marts.dim_object using (object_key) where objects.feed = 'lamp' order by 1"
    )
    assert rows == [
        ("P1", "yes", "video", "990102001001001", "990102001001", 1, 121.5),
        ("P2", "no", "video", None, "990102001003", 1, None),
        ("P3", "yes", None, None, "990102001003", 1, None),
        ("P4", "yes", "community", None, None, 1, None),
    ]


def test_an_object_lies_in_every_place_above_it(query):
    rows = query(
        "select level, place_code, is_finest from marts.bridge_object_place "
        "where object_key = 'lamp:P2' order by place_code"
    )
    assert rows == [
        ("city", "990100000000", False),
        ("district", "990102000000", False),
        ("street", "990102001000", False),
        ("community", "990102001003", True),
    ]


def test_each_net_is_held_against_every_community_of_the_register_in_force(query):
    assert query(
        "select count(*), count(distinct net), count(distinct place_code) "
        "from marts.fct_net_coverage"
    ) == [(7 * len(COMMUNITIES), 7, len(COMMUNITIES))]
    covered = query(
        "select net, place_code, resource_count from marts.fct_net_coverage where is_covered "
        "order by all"
    )
    assert covered == [("video", "990102001001", 1), ("video", "990102001003", 1)]


def test_a_community_without_a_resource_is_traced_to_the_row_of_the_register(query):
    rows = query(
        "select feed, is_anchor, count(*) from marts.bridge_net_coverage_source where "
        "net_coverage_key in ('video:990102001003', 'community:990102001003') group by all "
        "order by all"
    )
    assert rows == [("division", True, 2), ("lamp", False, 1)]


def test_every_unit_is_asked_about_every_organisation_of_the_list(query):
    rows = query(
        "select organisation_no, answered_by, answered_on::varchar, is_missing, "
        "contradiction_count from marts.fct_organisation_feedback where feed = 'shop' "
        "order by 1, 2"
    )
    assert rows == [
        ("S1", "union", None, True, 0),
        ("S1", "women", None, True, 0),
        ("S2", "union", "2026-01-24", False, 0),
        ("S2", "women", "2026-01-12", False, 1),
        ("S3", "union", "2026-01-11", False, 1),
        ("S3", "women", "2026-01-12", False, 1),
    ]


def test_what_was_told_stands_beside_what_the_list_says(query):
    rows = query(
        "select answered_by, field_name, told_value, listed_value, is_contradictory "
        "from marts.bridge_organisation_feedback_value where organisation_key = 'shop:S2' "
        "order by 1, 2"
    )
    assert rows == [
        ("union", "members", "4", None, False),
        ("union", "shop_name", "二号店", "二号店", False),
        ("union", "staff_count", "8", "8", False),
        ("women", "members", "2", None, False),
        ("women", "staff_count", "12", "8", True),
    ]


def test_one_record_of_an_organisation_says_who_answered_when_and_who_did_not(query):
    rows = query(
        "select organisation_no, units_asked, units_answered, units_missing, "
        "contradiction_count, union_answered_on::varchar, women_answered_on::varchar "
        "from marts.dim_organisation_full_record where feed = 'shop' order by 1"
    )
    assert rows == [
        ("S1", 2, 0, 2, 0, None, None),
        ("S2", 2, 2, 0, 1, "2026-01-24", "2026-01-12"),
        ("S3", 2, 2, 0, 2, "2026-01-11", "2026-01-12"),
    ]


def test_an_answer_about_an_organisation_of_no_list_is_kept_apart(query):
    assert query(
        "select is_known from marts.bridge_organisation_feedback where organisation_key = 'shop:S9'"
    ) == [(False,)]


def test_a_missing_answer_is_traced_to_the_row_of_the_list(query):
    rows = query(
        "select feedback_key, feed, is_anchor from marts.bridge_organisation_feedback_source "
        "where feedback_key in ('shop:S1:union', 'shop:S3:women') order by all"
    )
    assert rows == [
        ("shop:S1:union", "shop", True),
        ("shop:S3:women", "shop", True),
        ("shop:S3:women", "shop_women_answer", False),
    ]


def test_what_residents_say_is_counted_where_they_said_it(query):
    rows = query(
        "select sentiment_no, kind, occurred_at::varchar, category, score, is_satisfied, "
        "community_code from marts.fct_sentiment where feed = 'doorstep_talk' order by 1"
    )
    assert rows == [
        ("T1", "visit", "2026-01-15 10:00:00", "parking", 4.0, True, "990102001003"),
        ("T2", "visit", "2026-01-16 10:00:00", None, None, False, None),
    ]


def test_an_activity_without_a_place_is_where_its_unit_is(query):
    assert query(
        "select kind, amount, street_code from marts.fct_activity where feed = 'drill'"
    ) == [("drill", 2.5, "990102001000")]


def test_a_reading_is_where_its_object_stands(query):
    rows = query(
        "select object_no, quantity, value, is_object_known, grid_code from marts.fct_reading "
        "where feed = 'lamp_reading' order by 1"
    )
    assert rows == [
        ("P1", "voltage", 221.5, True, "990102001001001"),
        ("P9", "voltage", 0.0, False, None),
    ]


def test_the_steps_of_an_order_are_in_order(query):
    rows = query(
        "select step, step_no, hours_since_previous, street_code "
        "from marts.fct_work_order_step where feed = 'task_step' order by step_no"
    )
    assert rows == [
        ("deployment", 1, None, "990102001000"),
        ("receipt", 2, 24.0, "990102001000"),
        ("feedback", 3, 24.0, "990102001000"),
    ]
