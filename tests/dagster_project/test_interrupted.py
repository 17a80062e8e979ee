"""Runs whose processes are gone: they free the queue and are known to have been cut off."""

from __future__ import annotations

import dagster as dg
import pytest
from dagster._core.test_utils import create_run_for_test

from dagster_project import keys
from dagster_project.instance import prepare_instance
from dagster_project.interrupted import (
    close_interrupted_runs,
    mark_interrupted_runs,
    run_to_repeat,
)

STARTED, FAILURE = dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.FAILURE


@pytest.fixture
def folder(settings) -> str:
    return str(prepare_instance(settings))


def _run(folder, status):
    with dg.DagsterInstance.from_config(folder) as instance:
        return create_run_for_test(instance, job_name=keys.WHOLE_WAY, status=status).run_id


def test_a_run_that_died_with_its_process_does_not_hold_the_queue(settings, folder):
    dead, waiting = _run(folder, STARTED), _run(folder, dg.DagsterRunStatus.NOT_STARTED)
    assert close_interrupted_runs(settings) == 1
    with dg.DagsterInstance.from_config(folder) as instance:
        assert instance.get_run_by_id(dead).status == FAILURE
        assert instance.get_run_by_id(waiting).status == dg.DagsterRunStatus.NOT_STARTED
    assert close_interrupted_runs(settings) == 0


def test_a_run_that_was_killed_is_gone_on_with(settings, folder):
    dead = _run(folder, STARTED)
    close_interrupted_runs(settings)
    with dg.DagsterInstance.from_config(folder) as instance:
        assert run_to_repeat(instance) == dead


def test_a_run_that_an_orderly_end_cuts_off_is_gone_on_with(settings, folder):
    dead = _run(folder, STARTED)
    assert mark_interrupted_runs(settings) == 1
    with dg.DagsterInstance.from_config(folder) as instance:
        assert run_to_repeat(instance) == dead


def test_a_run_that_failed_by_itself_is_left_to_a_person(settings, folder):
    _run(folder, FAILURE)
    assert mark_interrupted_runs(settings) == close_interrupted_runs(settings) == 0
    with dg.DagsterInstance.from_config(folder) as instance:
        assert run_to_repeat(instance) is None


def test_once_a_later_run_was_made_nothing_is_repeated(settings, folder):
    _run(folder, STARTED)
    close_interrupted_runs(settings)
    _run(folder, dg.DagsterRunStatus.SUCCESS)
    with dg.DagsterInstance.from_config(folder) as instance:
        assert run_to_repeat(instance) is None
