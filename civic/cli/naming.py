"""Places and slices of a publication in the reader's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from civic.cli.report_drawing import text
from civic.settings import load_settings

if TYPE_CHECKING:
    from publishing.publications import OpenPublication


class Names:
    """Places, periods and slices in words."""

    def __init__(self, opened: OpenPublication) -> None:
        from analytics.reports.asking import known_places, place_names
        from analytics.reports.wording import value_labels
        from ingestion.contracts import load_contracts

        self._places = place_names(known_places(opened.connection))
        self._values = value_labels(load_contracts(load_settings().contract_paths))

    def place(self, code: str) -> str:
        """A place by its code."""
        from analytics.reports.wording import place_name

        return text(place_name(code, self._places))

    def slices(self, slices: str) -> str:
        """The values of a slice's text, without the dimensions."""
        from analytics.reports.wording import slices_name

        return text(slices_name(slices, self._values))

    def part(self, by: str, part: str) -> str:
        """A part of a figure: a place, or the text of a slice."""
        return self.place(part) if by == "place" else self.slices(part)
