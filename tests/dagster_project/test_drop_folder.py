"""The sensor: one run for whole files, none for what was there before or is still growing."""

from __future__ import annotations

import dagster as dg
from dagster._core.test_utils import create_run_for_test

from dagster_project import keys
from dagster_project.defs.ingestion.drop_folder import drop_folder, list_files, look_at
from dagster_project.installation import Installation
from dagster_project.interrupted import TAG

ONE = {"unit/resident/a.csv": (10, 1)}


def _taken(listing):
    return look_at(listing, look_at(listing, None).cursor).cursor


def test_a_file_is_whole_when_two_looks_see_the_same():
    first = look_at(ONE, None)
    second = look_at(ONE, first.cursor)
    assert (first.new, first.growing) == ((), ("unit/resident/a.csv",))
    assert (second.new, second.growing) == (("unit/resident/a.csv",), ())


def test_a_file_still_written_is_left():
    cursor = None
    for size in (10, 20, 30):
        look = look_at({"a.csv": (size, size)}, cursor)
        assert not look.new
        cursor = look.cursor


def test_what_was_taken_is_not_asked_for_again():
    look = look_at(ONE, _taken(ONE))
    assert not look.new and not look.growing


def test_a_file_replaced_under_its_name_is_new():
    changed = {"unit/resident/a.csv": (10, 2)}
    assert look_at(changed, look_at(changed, _taken(ONE)).cursor).new == ("unit/resident/a.csv",)


def test_a_file_that_goes_and_comes_back_is_new():
    gone = look_at({}, _taken(ONE)).cursor
    assert look_at(ONE, look_at(ONE, gone).cursor).new == ("unit/resident/a.csv",)


def test_a_growing_file_does_not_hold_up_a_whole_one():
    first = look_at({"whole": (1, 1), "growing": (1, 1)}, None)
    second = look_at({"whole": (1, 1), "growing": (2, 2)}, first.cursor)
    assert (second.new, second.growing) == (("whole",), ("growing",))


def test_unfinished_files_are_not_listed_and_links_are_not_followed(settings, tmp_path):
    folder = settings.drops / "unit" / "resident"
    folder.mkdir(parents=True)
    outside = tmp_path / "outside.csv"
    outside.write_text("far longer than a link's own length" * 9)
    (folder / "数据.csv").write_text("12345")
    (folder / "half.csv.part").write_text("x")
    (folder / "~$open.xlsx").write_text("x")
    (folder / "link.csv").symlink_to(outside)
    listing = list_files(settings)
    assert set(listing) == {"unit/resident/数据.csv", "unit/resident/link.csv"}
    assert listing["unit/resident/数据.csv"][0] == 5
    assert listing["unit/resident/link.csv"][0] != outside.stat().st_size


def test_no_drop_folder_is_nothing_new(settings):
    assert list_files(settings) == {}


def _ticks(settings, instance, times):
    """The run requests of that many ticks, one behind the other."""
    cursor, asked = None, []
    for _ in range(times):
        context = dg.build_sensor_context(cursor=cursor, instance=instance)
        result = drop_folder(context, installation=Installation(settings, {}))
        asked.append(list(result.run_requests or []))
        cursor = result.cursor
    return asked


def test_many_files_make_one_run_and_the_same_files_none(settings):
    folder = settings.drops / "unit" / "resident"
    folder.mkdir(parents=True)
    for name in "abc":
        (folder / f"{name}.csv").write_text(name)
    with dg.DagsterInstance.ephemeral() as instance:
        asked = _ticks(settings, instance, 4)
    assert [len(requests) for requests in asked] == [0, 1, 0, 0]
    assert asked[1][0].tags["civic/new_files"] == "3"


def test_a_run_that_was_cut_off_is_asked_for_again_and_one_that_failed_is_not(settings):
    with dg.DagsterInstance.ephemeral() as instance:
        create_run_for_test(instance, job_name=keys.WHOLE_WAY, status=dg.DagsterRunStatus.FAILURE)
        assert _ticks(settings, instance, 1) == [[]]
        dead = create_run_for_test(instance, job_name=keys.WHOLE_WAY, tags={TAG: "true"})
        (first,), (second,) = _ticks(settings, instance, 2)
    # Dagster launches one run for one key, however often it is asked for.
    assert first.run_key == second.run_key == f"again-{dead.run_id}"
