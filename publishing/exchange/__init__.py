"""Two-way exchange, the parts that go out: base lists to units, an extract for the province.

Everything here reads a publication, never the live lake. What comes back is a drop like any other
(``ingestion``).
"""

from __future__ import annotations

from publishing.exchange.base_lists import BaseList, BaseLists, send_base_lists
from publishing.exchange.province import ProvinceExtract, write_province

__all__ = ["BaseList", "BaseLists", "ProvinceExtract", "send_base_lists", "write_province"]
