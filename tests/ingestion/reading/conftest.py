"""Fixtures that read a drop made by a test, or see it refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ingestion.reading import UnreadableDropError
from tests.ingestion.reading.drops import Read, read_drop


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Read]:
    """``read(content, name, headings=…, limits=…, **rules)`` reads bytes or a path."""
    return lambda *args, **kwargs: read_drop(tmp_path, *args, **kwargs)


@pytest.fixture
def refused(tmp_path: Path) -> Callable[..., UnreadableDropError]:
    """Like ``read``, for drops that must be refused; gives the error."""

    def attempt(*args: object, **kwargs: object) -> UnreadableDropError:
        with pytest.raises(UnreadableDropError) as caught:
            read_drop(tmp_path, *args, **kwargs)  # type: ignore[arg-type]
        return caught.value

    return attempt
