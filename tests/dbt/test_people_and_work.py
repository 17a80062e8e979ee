"""Posts and who held them, who stands to which organisation how, what a matter is about."""


def test_a_post_is_held_from_when_till_when_and_a_former_one_is_kept(query):
    rows = query(
        "select staff_no, post, unit_code, since::varchar, until::varchar, is_current "
        "from marts.bridge_staff_post order by staff_no, since"
    )
    assert rows == [
        ("HT-S-1", "grid_worker", "HT-00", "2020-01-01", None, True),
        ("HT-S-2", "grid_worker", "HT-00", "2020-01-01", "2026-01-14", False),
        ("HT-S-2", "mediator", "HT-C", "2026-01-15", None, True),
        ("HT-S-3", "mediator", "HT-C", "2020-01-01", "2026-12-31", True),
        ("HT-S-4", "clerk", "HT-00", "2021-01-01", None, True),
    ]


def test_posts_are_those_of_the_catalogue_and_any_other_that_is_held(query):
    rows = query(
        "select post, name_zh, is_in_catalogue, holder_count from marts.dim_post "
        "order by post_position nulls last"
    )
    assert rows == [
        ("grid_worker", "网格员", True, 1),
        ("community_secretary", "社区书记", True, 0),
        ("mediator", "调解员", True, 2),
        ("dispatcher", "调度员", True, 0),
        ("officer", "工作人员", True, 0),
        ("clerk", "clerk", False, 1),
    ]


def test_the_catalogue_of_posts_is_the_code_list_of_the_contract(built, query):
    codes = [
        (c.value, c.label_zh, c.label_en) for c in built.contracts["staff"].field("post").codes
    ]
    assert query("select post, name_zh, name_en from intermediate.posts order by position") == codes


def test_a_person_stands_to_an_organisation_as_its_latest_row_says(query):
    rows = query(
        "select organisation_key, relation, person_key, since::varchar, until::varchar, "
        "is_known_person from marts.bridge_person_organisation order by 1, 2, 4"
    )
    assert rows == [
        ("new_organisation:X1", "legal_representative", "mover", None, None, True),
        ("new_organisation:X3", "legal_representative", "outsider", None, None, False),
        ("unit:HT-00", "staff", "steady", "2020-01-01", "2026-01-14", True),
        ("unit:HT-C", "staff", "steady", "2026-01-15", None, True),
    ]


def test_persons_and_organisations_meet_under_pseudonyms_without_names(query):
    columns = query(
        "select column_name from information_schema.columns where table_schema = 'marts' "
        "and table_name = 'bridge_person_organisation'"
    )
    assert columns
    assert not [name for (name,) in columns if "name" in name]


def test_a_matter_about_an_organisation_leads_to_it_where_a_list_knows_it(query):
    rows = query(
        "select event_key, organisation_no, organisation_key from marts.bridge_event_organisation "
        "order by 1"
    )
    assert rows == [
        ("integrity_record:I1", "X1", "new_organisation:X1"),
        ("integrity_record:I2", "X9", None),
    ]


def test_an_activity_names_its_object_and_its_organisation_and_an_order_the_one_above(query):
    assert query(
        "select activity_no, object_no, organisation_no from marts.fct_activity "
        "where activity_no in ('V1', 'C1') order by 1"
    ) == [("C1", "P7", None), ("V1", None, "T1")]
    assert query(
        "select order_no, parent_no from marts.fct_work_order_step where feed = 'work_order'"
    ) == [("O2", "O1")]
