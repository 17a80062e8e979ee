"""Which pictures of dashboards something published is to carry, and as whom they are taken.

Belongs here: what is wanted. Does not belong here: taking them (``superset_assets.pictures``),
which needs a browser.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from civic.errors import CivicError
from publishing.pages import Lang

Form = Literal["pdf", "png"]


@dataclass(frozen=True)
class Picture:
    """A dashboard as an account sees it; ``place``: by name, else the first that it may see."""

    dashboard: str
    language: Lang
    seen_as: str
    form: Form = "pdf"
    place: str | None = None

    @property
    def file_name(self) -> str:
        """``<dashboard>[.<place>].<language>.<form>``."""
        parts = [self.dashboard, *([self.place] if self.place else []), self.language, self.form]
        return ".".join(part.replace("/", "-") for part in parts)


Draw = Callable[[Sequence[Picture]], Mapping[Picture, Path]]
"""Takes the pictures; raises CivicError where one cannot be taken."""


def undrawn(wanted: Sequence[Picture]) -> Mapping[Picture, Path]:
    """Where nobody can take pictures: raises CivicError if one is wanted."""
    if wanted:
        names = ", ".join(one.dashboard for one in wanted)
        raise CivicError(
            f"Nobody takes pictures of {names} here.", zh=f"此处无法绘制看板 {names}。"
        )
    return {}
