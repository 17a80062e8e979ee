"""Fixtures of the publishing tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.publishing.town import Town, made_town


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return made_town(tmp_path)
