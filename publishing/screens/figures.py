"""The file of figures: every published figure but those of single members of staff, with words.

A view for each language (``figures_zh``, ``figures_en``) has the same columns in both, so that a
chart is drawn from either. ``parts_*`` has the same figures under the place that they are a part
of: its ``place`` is the place above, ``part`` the place itself.
"""

from __future__ import annotations

import duckdb
import polars as pl

from analytics.reports.metrics import Label
from analytics.reports.signing import STATES
from publishing.screens.places import areas_view, part_places_view, within_view
from publishing.screens.trends import alerts_view, outlook_view, spots_view
from publishing.screens.words import CODES, trace_link

KEYS = ("report", "metric", "level", "place_code", "grain", "period", "slices")
STAFF = r"(^|;)staff_no="
LANGUAGES = ("zh", "en")


def open_figures(cells: pl.DataFrame, periods: pl.DataFrame, margins: pl.DataFrame) -> pl.DataFrame:
    """The cells that are not of one member of staff, with the value of the period before.

    ``previous`` is null where the period has none before it, or that one has no such cell.
    ``margins``: of a survey's means (``uncertainty.margins``). Sorted as screens ask for them: by
    report, measure and kind of period.
    """
    shown = cells.filter(~pl.col("slices").str.contains(STAFF)).join(
        margins, on=[name for name in KEYS if name != "report"], how="left"
    )
    before = periods.select("grain", "period", "previous_period")
    earlier = shown.select(
        *(k for k in KEYS if k != "period"),
        previous_period="period",
        previous="value",
        previous_denominator="denominator",
        previous_margin="margin",
    )
    return (
        shown.join(before, on=["grain", "period"], how="left")
        .join(earlier, on=[k if k != "period" else "previous_period" for k in KEYS], how="left")
        .drop("previous_period")
        .sort("report", "metric", "grain", "slices", "level", "place_code", "period")
    )


def figures_view(language: str) -> str:
    """SQL: figures with their words in one language; ``card`` is HTML, drawn of nothing but them."""
    return f"""
    create view figures_{language} as
    select *, {_card(language)} as card
    from (
    select
      f.cell_id,
      f.report,
      r.title_{language} as report_title,
      f.metric,
      m.label_{language} as measure,
      m.unit_{language} as unit_of_measure,
      m.direction,
      o.position,
      f.level,
      l.level_{language} as level_name,
      f.place_code,
      p.place_{language} as place,
      p.parent_code,
      p.place_order,
      {", ".join(f"p.{code}" for code in CODES)},
      f.grain,
      f.period,
      d.period_{language} as period_name,
      d.period_start,
      coalesce(d.is_whole, false) as is_whole,
      coalesce(d.is_recent, false) as is_recent,
      s.slice_by,
      s.slice_{language} as slice,
      s.slice_1,
      s.slice_1_{language} as category,
      s.slice_2_{language} as second,
      s.unit,
      s.unit_{language} as unit_said,
      f.value,
      f.previous,
      f.value - f.previous as change,
      {_said("f.value")} || {MARGIN} as said,
      {_said("f.previous")} as previous_said,
      {_change(language)} as change_said,
      case
        when f.value is null or f.previous is null then null
        when f.value = 0 and f.previous = 0 then null
        when f.margin is not null then sqrt(f.margin ** 2 + f.previous_margin ** 2)
        when c.chance = 'count' then {WIDE} * sqrt(f.value + f.previous)
        -- A rate of what was done in a month over what came in it may exceed one: no share then.
        when c.chance = 'share' and {_POOLED} between 0 and 1
          then least(1, {WIDE} * sqrt({_POOLED} * (1 - {_POOLED})
            * (1 / f.denominator + 1 / f.previous_denominator)))
      end as by_chance,
      {_chance_said(language)} as chance_said,
      f.margin,
      case
        when f.value is null or f.previous is null or m.direction = 'neutral' then 'neutral'
        when f.value = f.previous then 'same'
        when abs(f.value - f.previous) <= by_chance then 'chance'
        when (f.value > f.previous) = (m.direction = 'up') then 'better'
        else 'worse'
      end as turn,
      f.numerator,
      f.denominator,
      f.fact_rows,
      f.source_rows,
      {trace_link("f", language)} as trace
    from figures as f
    join places as p using (level, place_code)
    join periods as d using (grain, period)
    join slices as s using (slices)
    join reports as r using (report)
    join metrics as m using (metric)
    join levels as l using (level)
    join positions as o using (report, metric)
    join chances as c using (metric)
    )
    """


def sign_offs_view(language: str) -> str:
    """SQL: who signed which report of which place and period, and how much was revised since."""
    states = " ".join(f"when '{s}' then '{_word(t, language)}'" for s, t in STATES.items())
    return f"""
    create view sign_offs_{language} as
    with changed as (
      select sign_off_key, count(distinct cell_id) as revised from revisions group by sign_off_key
    )
    select
      s.sign_off_key, s.report, coalesce(r.title_{language}, s.report) as report_title, s.level,
      coalesce(l.level_{language}, s.level) as level_name, s.place_code,
      coalesce(p.place_{language}, s.place_code) as place, p.place_order,
      {", ".join(f"p.{code}" for code in CODES)}, s.period,
      coalesce(d.period_{language}, s.period) as period_name, d.period_start,
      coalesce(s.unit_name, s.unit_code) as signed_by, s.decided_at, s.state as state_code,
      case s.state {states} else s.state end as state, coalesce(s.waiting_for, 0) as waiting_for, coalesce(c.revised, 0) as revised
    from sign_offs as s
    left join reports as r using (report)
    left join levels as l using (level)
    left join places as p using (level, place_code)
    left join (select distinct period, period_{language}, period_start from periods) as d
      using (period)
    left join changed as c using (sign_off_key)
    """


def revisions_view(language: str) -> str:
    """SQL: signed figures that came to another value since: as signed, and each time after."""
    return f"""
    create view revisions_{language} as
    select
      f.cell_id, f.report, f.report_title, f.metric, f.measure, f.level, f.level_name,
      f.place_code, f.place, f.place_order, {", ".join(f"f.{code}" for code in CODES)}, f.unit,
      f.period, f.period_name, f.period_start, f.slice, f.said as signed_said,
      {_said("v.value")} as revised_said, v.revision, v.publication, f.trace
    from revisions as v
    join figures_{language} as f using (cell_id)
    join metrics as m using (metric)
    """


def _word(label: Label, language: str) -> str:
    return label.zh if language == "zh" else label.en


def _said(value: str) -> str:
    """SQL: a value as people read it, shares in per cent; a dash where there is none."""
    return f"""
      case
        when {value} is null then '—'
        when {SHARE} then format('{{:.1f}}%', 100 * {value})
        else {_number(value)}
      end"""


def _change(language: str) -> str:
    """SQL: how much more or less than in the period before; of shares in percentage points."""
    size = f"""
      case
        when {SHARE} then format('{{:.1f}} {POINTS[language]}', 100 * abs(f.value - f.previous))
        else {_number("abs(f.value - f.previous)")}
      end"""
    sign = "case when f.value >= f.previous then '+' else '−' end"
    return f"case when f.value is null or f.previous is null then '' else {sign} || {size} end"


def _chance_said(language: str) -> str:
    """SQL: how large a change chance alone makes; nothing where that is not known."""
    return f"""
      case
        when by_chance is null then ''
        when {SHARE} then format('± {{:.1f}} {POINTS[language]}', 100 * by_chance)
        when f.margin is not null then format('± {{:.1f}}', by_chance)
        else format('± {{:,.0f}}', by_chance)
      end"""


def _number(value: str) -> str:
    """SQL: a number with as many decimals as its measure has, thousands apart."""
    return f"""
      case m.decimals
        when 0 then format('{{:,.0f}}', {value})
        when 1 then format('{{:,.1f}}', {value})
        else format('{{:,.2f}}', {value})
      end"""


def _card(language: str) -> str:
    """SQL: a value with its change. Better and worse differ by colour and by mark."""
    before, chance = BEFORE[language], CHANCE[language]
    return f"""
      '<div style="font-size:26px;font-weight:600;line-height:1.4;color:#1f1f1f">' || said || '</div>'
      || case when change_said = '' then '' else
        '<div style="font-size:13px;color:' || case turn
          when 'better' then '#0066a1">▲ ' when 'worse' then '#b34700">▼ '
          when 'chance' then '#595959">≈ ' else '#595959">'
        end || change_said || case when chance_said = '' then '' else
          ' <span style="font-size:12px;color:#6b6b6b">({chance}' || chance_said || ')</span>' end
        || '</div><div style="font-size:12px;color:#6b6b6b">{before} '
        || previous_said || '</div>' end
      || '<div style="font-size:12px;color:#6b6b6b">' || period_name || ' · ' || trace || '</div>'"""


BEFORE = {"zh": "上期", "en": "before"}
CHANCE = {"zh": "偶然波动 ", "en": "chance "}
WIDE = 1.96
"""So many standard deviations hold 95 of 100 changes that chance alone makes."""
_POOLED = (
    "((f.numerator + f.previous * f.previous_denominator) / "
    "(f.denominator + f.previous_denominator))"
)
MARGIN = "case when f.margin is null then '' else format(' ± {:.1f}', f.margin) end"
SHARE = "(m.unit_en in ('', 'ratio') and f.denominator is not null)"
POINTS = {"zh": "个百分点", "en": "points"}


def parts_view(language: str) -> str:
    """SQL: the same figures, each under the place that it is a part of."""
    return f"""
    create view parts_{language} as
    select f.* exclude (place), u.place, u.part, u.part_link
    from figures_{language} as f
    join part_places_{language} as u using (level, place_code)
    """


def write(file: duckdb.DuckDBPyConnection, frames: dict[str, pl.DataFrame]) -> None:
    """Write the tables and lay the views of both languages over them."""
    for name, frame in frames.items():
        file.register("made", frame)
        file.execute(f'create table "{name}" as from made')
        file.unregister("made")
    for language in LANGUAGES:
        file.execute(figures_view(language))
        file.execute(part_places_view(language))
        file.execute(parts_view(language))
        file.execute(areas_view(language))
        file.execute(within_view(language))
        file.execute(alerts_view(language))
        file.execute(outlook_view(language))
        file.execute(spots_view(language))
        file.execute(sign_offs_view(language))
        file.execute(revisions_view(language))
