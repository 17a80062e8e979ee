"""Fixtures of the screens' tests: the city is made once for each process of tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.superset_assets.browsers import browser
from tests.superset_assets.home import Screens, made_screens


@pytest.fixture(scope="session")
def screens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screens]:
    made = made_screens(tmp_path_factory.mktemp("screens") / "home")
    with _superset():
        first = next(made)
    yield first
    made.close()


@pytest.fixture(autouse=True, scope="module")
def superset_is_there() -> Iterator[None]:
    """Tests of other rooms do without (tests/conftest.py); these are about it."""
    with _superset():
        yield


@contextmanager
def _superset() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("CIVIC_BI_PYTHON", raising=False)
        yield


@pytest.fixture
def chromium() -> Iterator[Any]:
    with browser() as opened:
        yield opened
