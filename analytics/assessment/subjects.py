"""Who is assessed, by what they were in charge of, month by month.

Belongs here: subjects of a scheme and the keys of their work. Does not belong here: their work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import polars as pl

from analytics.assessment.schemes import Scheme
from analytics.reports.periods import bounds
from civic.lake import LAKE

KINDS = {"1": "town", "2": "village"}
"""Kinds of grids by the first digit of their urban-rural code."""
PLACES = {"city": 4, "district": 6, "street": 9}
"""The digits of a division code that name the place of a level."""


_IN_CHARGE = f"""
  from {LAKE}.marts.dim_unit as u
  join {LAKE}.marts.dim_place as p
    on p.place_code = u.place_code and p.is_current and p.level = $level
"""
FOUND = {
    # Units are named in records as they like: by their code, or in words that no list has.
    "unit": f"""
        select distinct e.unit_name as subject, coalesce(u.unit_name, '') as unit,
          coalesce(u.place_code, '') as place, e.unit_name as key,
          null::date as since, null::date as until
        from {LAKE}.marts.fct_event as e
        left join {LAKE}.marts.dim_unit as u on u.unit_code = e.unit_name
        where e.unit_name is not null
        order by all
        """,
    "unit_of_places": f"""
        select u.unit_code as subject, u.unit_name as unit, u.place_code as place,
          u.place_code as key, null::date as since, null::date as until
        {_IN_CHARGE}
        where u.kind = $post
        order by all
        """,
    "staff_of_places": f"""
        select s.staff_no as subject, s.unit_code as unit, u.place_code as place,
          u.place_code as key, s.since, s.until
        {_IN_CHARGE}
        join {LAKE}.marts.dim_staff as s on s.unit_code = u.unit_code
        where s.post = $post
        order by all
        """,
    "staff_of_grids": f"""
        select staff_no as subject, unit_code as unit, grid as place, grid as key, since, until
        from (
          select *, unnest(string_split_regex(grids_in_charge, '[,;，；、 ]+')) as grid
          from {LAKE}.marts.dim_staff
          where post = $post and grids_in_charge is not null
        )
        order by all
        """,
}
"""By kind of subjects: ``subject, unit, place`` (where they are compared), ``key``, since and until
when they are in charge of it."""


@dataclass(frozen=True)
class Subjects:
    """The subjects of a scheme.

    ``info``: ``subject, unit`` (of staff the unit's code, of a unit its name where its code is all
    that records say), ``peers`` (the place within which they are compared, as ``219902``, of staff
    of grids with the kind of the first one, if the scheme says so: ``219902/village``). ``charge``:
    ``subject, key, month``: whose work of which month is which subject's; ``key`` is a value of the
    dimension ``dimension``: a place's code, or a unit. Only whole months in charge count.
    """

    info: pl.DataFrame
    charge: pl.DataFrame
    dimension: str = "grid_code"

    @property
    def level(self) -> str:
        """The level of the places in charge."""
        return self.dimension.removesuffix("_code")

    def by_name(self) -> Subjects:
        """The same, whose work stands under their own names: no grid between."""
        own = self.charge.select("subject", "month").unique(maintain_order=True)
        return Subjects(self.info, own.select("subject", "month", key="subject"), self.dimension)


def subjects_of(
    connection: duckdb.DuckDBPyConnection, scheme: Scheme, months: Sequence[str]
) -> Subjects:
    """The subjects of a scheme in these months; ``connection`` has the lake attached."""
    found = connection.execute(FOUND[scheme.kind], _asked(scheme)).pl()
    digits = PLACES.get(scheme.peers)
    peers = pl.col("place").str.head(digits) if digits else pl.lit("all")
    if scheme.peers_by_kind:
        found = found.join(_kinds(connection), on="place", how="left", maintain_order="left")
        peers = pl.concat_str(peers, pl.col("kind").fill_null(""))
    info = found.group_by("subject", maintain_order=True).agg(
        pl.col("unit").first(), peers=peers.first()
    )
    whole = pl.DataFrame(
        [(month, *bounds(month)) for month in months],
        schema={"month": pl.String, "first": pl.Date, "behind": pl.Date},
        orient="row",
    )
    charge = found.join(whole, how="cross").filter(
        pl.col("since").is_null() | (pl.col("since") <= pl.col("first")),
        pl.col("until").is_null() | (pl.col("until") >= pl.col("behind")),
    )
    own = charge.select("subject", "key", "month").unique().sort(pl.all())
    if scheme.kind == "staff_of_places":
        # Where two share a place in a month nobody can say whose work it was: it is nobody's.
        own = own.filter(pl.col("subject").n_unique().over("key", "month") == 1)
    dimension = "unit_name" if scheme.kind == "unit" else f"{scheme.level}_code"
    return Subjects(info, own, dimension)


def _asked(scheme: Scheme) -> dict[str, str]:
    asked = {"post": scheme.post, "level": scheme.level}
    return {name: value for name, value in asked.items() if f"${name}" in FOUND[scheme.kind]}


def _kinds(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """``place, kind``: of each grid and community what is behind its place in ``peers``."""
    known = connection.execute(
        f"select place_code as place, urban_rural_code[:1] as digit from {LAKE}.marts.dim_place "
        "where is_current and urban_rural_code is not null"
    ).pl()
    kind = pl.col("digit").replace_strict(KINDS, default=None, return_dtype=pl.String)
    return known.select("place", kind=pl.lit("/") + kind)
