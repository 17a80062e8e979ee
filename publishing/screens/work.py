"""Who did what and what units sent, for screens: tables and views beside the serving tables.

They stand in the schema ``screens`` of ``v_<n>.duckdb``: people's work and units' files are not in
the file that free questions may be asked of. A view for each language has the same columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
import polars as pl

from analytics.assessment.schemes import Scheme
from analytics.reports.coordinates import LEVELS
from civic.lake import LAKE
from ingestion.contracts import Contract
from ingestion.contracts.modules import module_titles
from ingestion.validation.findings import finding_codes, found
from publishing.screens import buildings
from publishing.screens.words import CODES

SCHEMA = "screens"
_PATH = ", ".join(f"p.{level}_code" for level in LEVELS[1:])
_NOWHERE = ", ".join(f"null::varchar as {code}" for code in CODES)

SUBJECTS = f"""
with current_places as (select * from {LAKE}.marts.dim_place where is_current),
staff as (
  select staff_no as subject, staff_no as subject_zh, staff_no as subject_en,
    s.unit_code as unit,
    coalesce(string_split_regex(s.grids_in_charge, '[,;，；、 ]+')[1], u.place_code) as place_code
  from {LAKE}.marts.dim_staff as s
  left join {LAKE}.marts.dim_unit as u using (unit_code)
),
units as (
  select unit_code as subject, unit_name || ' ' || unit_code as subject_zh,
    unit_name || ' ' || unit_code as subject_en, unit_code as unit, place_code
  from {LAKE}.marts.dim_unit
)
select s.* exclude (place_code), coalesce(n.unit_name, s.unit) as unit_name, {_PATH}
from (select * from staff union all by name select * from units) as s
left join current_places as p using (place_code)
left join {LAKE}.marts.dim_unit as n on n.unit_code = s.unit
"""
"""Who is scored and where the work lies: of staff the first grid in charge, else where their unit
is, of a unit its place."""

REJECTS = f"""
select d.unit, f.feed, f.code, f.severity, f.column_name, count(*) as findings,
  count(distinct f.drop_id) as drops, max(d.received_at) as last_received_at
from {LAKE}.bronze.findings as f
join {LAKE}.bronze.drops as d using (drop_id, feed)
group by all
"""


def tables(
    lake: duckdb.DuckDBPyConnection,
    contracts: Mapping[str, Contract],
    schemes: Mapping[str, Scheme],
    verdict: Mapping[str, Any],
    deliveries: pl.DataFrame,
) -> dict[str, pl.DataFrame]:
    """Table to frame. ``lake`` has the lake attached; ``verdict`` is that of the audits."""
    return {
        "subjects": lake.execute(SUBJECTS).pl().unique("subject", keep="first").sort("subject"),
        "rejects": lake.execute(REJECTS).pl().sort("unit", "feed", "code", "column_name"),
        "deliveries": deliveries,
        "audits": _audits(verdict),
        "feeds": _feeds(contracts),
        "codes": _codes(),
        "indicators": _indicators(schemes),
    }


def write(file: duckdb.DuckDBPyConnection, frames: Mapping[str, pl.DataFrame]) -> None:
    """Write the tables and lay the views of both languages over them and the serving tables."""
    file.execute(f"create schema {SCHEMA}")
    for name, frame in frames.items():
        file.register("made", frame)
        file.execute(f'create table {SCHEMA}."{name}" as from made')
        file.unregister("made")
    for language in ("zh", "en"):
        laid = {**views(language), **buildings.views(language, SCHEMA)}
        for name, sql in laid.items():
            file.execute(f"create view {SCHEMA}.{name}_{language} as {sql}")


def views(language: str) -> dict[str, str]:
    """View, without its language, to SQL."""
    said = _SAID[language]
    return {
        "scores": f"""
            select s.scheme, h.title_{language} as scheme_title, s.period, s.subject,
              coalesce(b.subject_{language}, s.subject) as who,
              coalesce(b.unit, s.subject) as unit,
              coalesce(b.unit_name, nullif(s.unit, ''), s.subject) as unit_name,
              case when s.peers = 'all' then '{said["all"]}' else coalesce(w.name, s.peers) end
                || {_case("split_part(s.peers, '/', 2)", said["kind"])} as peers,
              {_path("b")}, s.score, s.score_low, s.score_high, s.rank, s.rank_low, s.rank_high,
              s.of as among, s.judged,
              {_case("s.standing", said["standing"])} as standing,
              s.period = max(s.period) over (partition by s.scheme) as is_last
            from scores as s
            join (select distinct scheme, title_zh, title_en from schemes) as h using (scheme)
            left join {SCHEMA}.subjects as b on b.subject = s.subject
            left join (
              select place_code, any_value(place_{language}) as name from {SCHEMA}.places group by 1
            ) as w on w.place_code = rpad(split_part(s.peers, '/', 1), 12, '0')
            """,
        "score_indicators": f"""
            select i.scheme, i.period, i.subject,
              coalesce(b.subject_{language}, i.subject) as who,
              coalesce(b.unit, i.subject) as unit, {_path("b")},
              i.indicator, n.indicator_{language} as indicator_title,
              n.part_{language} as part, n.weight, i.numerator, i.denominator, i.value,
              i.expected, i.effect, i.error, i.effect - 1.96 * i.error as effect_low,
              i.effect + 1.96 * i.error as effect_high, i.shrunken, i.deviation,
              round(1 / nullif(i.error, 0), 5) as precision, -i."limit" as limit_low, i."limit" as limit_high, i.score,
              i.is_judged, {_case("i.verdict", said["standing"])} as verdict,
              array_to_string(list_transform(i.cell_ids,
                lambda c, number: '<a href="/civic/trace/' || c || '?lang={language}"'
                || ' target="_blank">' || number || '</a>'), ' ') as trace,
              i.cell_ids,
              i.period = max(i.period) over (partition by i.scheme) as is_last
            from score_indicators as i
            join {SCHEMA}.indicators as n using (scheme, indicator)
            left join {SCHEMA}.subjects as b on b.subject = i.subject
            """,
        "objections": f"""
            select o.objection_no, o.scheme, coalesce(h.title_{language}, o.scheme) as scheme_title,
              o.period, o.subject, coalesce(b.subject_{language}, o.subject) as who,
              coalesce(b.unit, o.subject) as unit, {_path("b")}, o.matter_no, o.grounds,
              o.raised_on, o.state as state_code, {_case("o.state", said["answer"])} as state,
              o.answered_on, o.answered_by, o.reply, o.sets_aside, r.score_before,
              r.score as score_revised
            from objections as o
            left join (select distinct scheme, title_zh, title_en from schemes) as h using (scheme)
            left join {SCHEMA}.subjects as b on b.subject = o.subject
            left join score_revisions as r on r.scheme = o.scheme and r.period = o.period
              and r.subject = o.subject and list_contains(r.objections, o.objection_no)
            """,
        "indicator_cells": f"""
            select i.subject, coalesce(b.unit, i.subject) as unit, {_path("b")},
              unnest(i.cell_ids) as cell_id
            from score_indicators as i
            left join {SCHEMA}.subjects as b on b.subject = i.subject
            """,
        "drops": f"""
            select d.drop_id, d.unit, d.feed, coalesce(f.feed_{language}, d.feed) as feed_title,
              coalesce(f.module_{language}, d.module) as module_title, d.file_name, d.sha256,
              d.bytes, d.received_at + interval 8 hour as received_at,
              (d.received_at + interval 8 hour)::date as received_on, d.as_of, d.status,
              {_case("d.status", said["status"])} as state, d.refusal_code,
              coalesce(c.code_{language}, '') as refusal, d.records, d.accepted, d.rejected, d.repeated,
              d.left_out, d.warned,
              '<a href="/civic/receipt/' || d.drop_id || '?lang={language}" target="_blank">'
                || '{said["receipt"]}</a>' as receipt
            from drops as d
            left join {SCHEMA}.feeds as f using (feed)
            left join {SCHEMA}.codes as c on c.code = d.refusal_code
            """,
        "rejects": f"""
            select r.unit, r.feed, coalesce(f.feed_{language}, r.feed) as feed_title, r.code,
              coalesce(c.code_{language}, r.code) as meaning, r.severity,
              {_case("r.severity", said["severity"])} as weight, r.column_name, r.findings,
              r.drops, r.last_received_at + interval 8 hour as last_received_at
            from {SCHEMA}.rejects as r
            left join {SCHEMA}.feeds as f using (feed)
            left join {SCHEMA}.codes as c using (code)
            """,
        "deliveries": f"""
            select d.unit, d.feed, coalesce(f.feed_{language}, d.feed) as feed_title,
              d.period_start, d.period_end, d.due_on, d.delivered_on, d.state as state_code,
              {_case("d.state", said["delivered"])} as state,
              greatest(datediff('day', d.due_on, d.delivered_on), 0) as days_late
            from {SCHEMA}.deliveries as d
            left join {SCHEMA}.feeds as f using (feed)
            """,
        "audits": f"""
            select a.suite, a.expectation, a."table" as audited, a."column" as audited_column,
              a.severity, {_case("a.severity", said["severity"])} as weight, a.success,
              {_case("a.success::varchar", said["passed"])} as result, a.observed,
              a.means_{language} as means
            from {SCHEMA}.audits as a
            """,
    }


_SAID: dict[str, dict[str, Any]] = {
    "zh": {
        "receipt": "回执",
        "all": "全部",
        "kind": {"town": " 城镇", "village": " 乡村", "": ""},
        "status": {"accepted": "已接收", "refused": "整份拒收"},
        "severity": {
            "reject": "退回",
            "warn": "提示",
            "refuse": "拒收",
            "blocking": "阻断发布",
            "warning": "提示",
        },
        "delivered": {"on_time": "按时", "late": "迟报", "missing": "未报"},
        "answer": {"open": "待复核", "upheld": "成立", "rejected": "不成立"},
        "standing": {
            "far above": "远高于预期",
            "above": "高于预期",
            "as expected": "符合预期",
            "below": "低于预期",
            "far below": "远低于预期",
        },
        "passed": {"true": "通过", "false": "未通过"},
    },
    "en": {
        "receipt": "receipt",
        "all": "all",
        "kind": {"town": ", towns", "village": ", villages", "": ""},
        "status": {"accepted": "accepted", "refused": "refused"},
        "severity": {
            "reject": "row turned away",
            "warn": "remark",
            "refuse": "file refused",
            "blocking": "blocks publishing",
            "warning": "remark",
        },
        "delivered": {"on_time": "in time", "late": "late", "missing": "missing"},
        "answer": {},
        "standing": {},
        "passed": {"true": "passed", "false": "failed"},
    },
}


def _case(value: str, words: Mapping[str, str]) -> str:
    if not words:
        return value
    stated = " ".join(f"when '{code}' then '{text}'" for code, text in words.items())
    return f"case {value} {stated} else {value} end"


def _path(alias: str) -> str:
    return ", ".join(f"{alias}.{code}" for code in CODES)


def _audits(verdict: Mapping[str, Any]) -> pl.DataFrame:
    schema = {
        **dict.fromkeys(("suite", "expectation", "table", "column", "severity"), pl.String),
        "success": pl.Boolean,
        **dict.fromkeys(("observed", "means_zh", "means_en"), pl.String),
    }
    rows = [
        {
            **{name: one.get(name) for name in schema},
            "means_zh": one.get("zh"),
            "means_en": one.get("en"),
        }
        for one in verdict.get("results", [])
    ]
    return pl.DataFrame(rows, schema=schema)


def _feeds(contracts: Mapping[str, Contract]) -> pl.DataFrame:
    titles = module_titles()
    rows = []
    for name, contract in sorted(contracts.items()):
        zh, en = titles.get(contract.module, (contract.module, contract.module))
        rows.append(
            {
                "feed": name,
                "feed_zh": contract.title_zh,
                "feed_en": contract.title_en,
                "module": contract.module,
                "module_zh": zh,
                "module_en": en,
            }
        )
    return pl.DataFrame(rows)


def _codes() -> pl.DataFrame:
    said = [(name, *found(name)) for name in sorted(finding_codes())]
    return pl.DataFrame(said, schema=["code", "code_zh", "code_en"], orient="row")


_PARTS = {
    "results": ("实绩", "results"),
    "diligence": ("勤勉", "diligence"),
    "ability": ("能力", "ability"),
}


def _indicators(schemes: Mapping[str, Scheme]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "scheme": scheme.name,
                "indicator": one.name,
                "indicator_zh": one.title.zh,
                "indicator_en": one.title.en,
                "part_zh": _PARTS.get(one.part, (one.part, one.part))[0],
                "part_en": _PARTS.get(one.part, (one.part, one.part))[1],
                "weight": one.weight,
            }
            for scheme in schemes.values()
            for one in scheme.indicators
        ],
        schema={
            **dict.fromkeys(
                ("scheme", "indicator", "indicator_zh", "indicator_en", "part_zh", "part_en"),
                pl.String,
            ),
            "weight": pl.Float64,
        },
    )
