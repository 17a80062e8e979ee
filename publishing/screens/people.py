"""Residents and services to people for screens: counts of which the small ones are hidden already.

Views over the serving tables ``residents`` and ``services``, once for each language. Belongs here:
their words. Does not belong here: what is hidden (``analytics.residents``, ``fct_service``).
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import polars as pl

from ingestion.contracts import Contract
from publishing.screens.figures import LANGUAGES
from publishing.screens.words import CODES

COPIED = ("residents", "resident_categories", "services")
"""Serving tables that the views are laid over."""

HIDDEN = "—"
_LEVELS = {
    "zh": {
        "feed": "全部", "month": "按月", "city": "市", "district": "区县", "community": "社区",
        "kind": "服务类型", "outcome": "服务结果",
    },
    "en": {
        "feed": "all", "month": "month", "city": "city", "district": "district",
        "community": "community", "kind": "kind of service", "outcome": "outcome",
    },
}  # fmt: skip
_SERVICE_CODES = ("city_code", "district_code", "community_code")


def views(language: str) -> dict[str, str]:
    """View, without its language, to SQL."""
    codes = ", ".join(f"p.{code}" for code in CODES)
    return {
        "residents": f"""
            select
              r.level, l.level_{language} as level_name, r.place_code,
              p.place_{language} as place, p.place_order, {codes},
              r.dimension, c.dimension_{language} as dimension_name,
              r.category as category_code, c.category_{language} as category, c.position,
              r.persons, r.is_hidden,
              coalesce(format('{{:,}}', r.persons), '{HIDDEN}') as said
            from residents as r
            join (select distinct * from resident_categories where category = shown_as) as c
              using (dimension, category)
            join places as p using (level, place_code)
            join levels as l using (level)
            """,
        "resident_parts": f"""
            select r.* exclude (place), u.place, u.part, u.part_link
            from residents_{language} as r
            join part_places_{language} as u using (level, place_code)
            """,
        "services": f"""
            select
              s.level as level_code, {_case("s.level", _LEVELS[language])} as level,
              list_position({list(_LEVELS[language])}, s.level)::bigint as step,
              s.feed, f.feed_{language} as feed_title, s.served_month,
              {", ".join(f"s.{code}" for code in _SERVICE_CODES)},
              coalesce(p.place_{language}, s.community_code, s.district_code, s.city_code)
                as place,
              coalesce(k.word_{language}, s.kind, '') as kind,
              coalesce(o.word_{language}, s.outcome, '') as outcome,
              s.service_count as services, s.is_hidden,
              coalesce(format('{{:,}}', s.service_count), '{HIDDEN}') as said
            from services as s
            join service_feeds as f using (feed)
            left join service_words as k on k.feed = s.feed and k.code = s.kind
            left join service_words as o on o.feed = s.feed and o.code = s.outcome
            left join (select distinct place_code, place_{language} from places) as p
              on p.place_code = coalesce(s.community_code, s.district_code, s.city_code)
            """,
    }


def lay_views(file: duckdb.DuckDBPyConnection) -> None:
    """Lay the views of both languages over a file of figures that has the tables."""
    for language in LANGUAGES:
        for name, sql in views(language).items():
            file.execute(f"create view {name}_{language} as {sql}")


def words(contracts: Mapping[str, Contract]) -> dict[str, pl.DataFrame]:
    """``service_feeds``: titles of the feeds of services; ``service_words``: their codes."""
    feeds = [c for c in contracts.values() if c.centre.get("element") == "service"]
    codes = {
        (c.feed, code.value): (code.label_zh, code.label_en)
        for c in feeds
        for field in c.fields
        if field.name in (c.centre.get("kind"), c.centre.get("outcome"))
        for code in field.codes
    }
    return {
        "service_feeds": pl.DataFrame(
            [(c.feed, c.title_zh, c.title_en) for c in feeds],
            schema=dict.fromkeys(("feed", "feed_zh", "feed_en"), pl.String),
            orient="row",
        ),
        "service_words": pl.DataFrame(
            [(*key, *said) for key, said in codes.items()],
            schema=dict.fromkeys(("feed", "code", "word_zh", "word_en"), pl.String),
            orient="row",
        ),
    }


def _case(value: str, words: dict[str, str]) -> str:
    return f"case {value} " + " ".join(f"when '{k}' then '{v}'" for k, v in words.items()) + " end"
