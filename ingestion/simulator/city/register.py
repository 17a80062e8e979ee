"""The divisions of a real register, as a file of the feed ``division`` names them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from civic.errors import CivicError
from ingestion.contracts import Contract, match_headings
from ingestion.simulator.city.places import COMMUNITY

LEVELS = (("city", "country"), ("district", "town"), ("subdistrict", "villagetr"))


def read_register(path: Path, contract: Contract, city: str | None = None) -> pl.DataFrame:
    """One row per community, columns COMMUNITY. ``city``: first four digits of the city's code.

    Reads the nested JSON and the CSV of the feed, in GB18030 or UTF-8. Raises CivicError where the
    file has no such city, or several and none is named.
    """
    text = _decoded(path)
    if text.lstrip()[:1] in "{[":
        rows = pl.DataFrame(_leaves(json.loads(text)), infer_schema_length=None)
    else:
        rows = _delimited(text, contract, path)
    rows = rows.drop_nulls(["subdistrict_code", "community_code"])
    cities = rows["city_code"].unique(maintain_order=True).to_list()
    if city is None and len(cities) == 1:
        city = cities[0][:4]
    own = rows.filter(pl.col("city_code").str.starts_with(city or "-"))
    if own.is_empty():
        known = ", ".join(sorted(c[:4] for c in cities))
        raise CivicError(f"The register {path} has the cities {known}.", "Name one with --city.")
    return own.select(COMMUNITY).unique("community_code", maintain_order=True)


def _decoded(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def _leaves(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for city in document["city"]:
        above = {"province_name": document["name"]} | _named("city", city)
        for district in city["country"]:
            for street in district["town"]:
                below = above | _named("district", district) | _named("subdistrict", street)
                for community in street.get("villagetr", ()):
                    kind = {"urban_rural_code": str(community["type"])}
                    yield below | _named("community", community) | kind


def _named(level: str, place: dict[str, Any]) -> dict[str, str]:
    return {f"{level}_code": str(place["code"]), f"{level}_name": place["name"]}


def _delimited(text: str, contract: Contract, path: Path) -> pl.DataFrame:
    frame = pl.read_csv(text.encode(), infer_schema=False)
    match = match_headings(contract, frame.columns)
    if not match.fits:
        raise CivicError(f"{path} is no register of divisions.", "Give a file of that feed.")
    return frame.select(pl.col(frame.columns[i]).alias(n) for n, i in match.columns.items())
