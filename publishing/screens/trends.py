"""Alerts, forecasts and hot spots for screens, with their words.

Belongs here: views over the serving tables of ``publishing.insights``. Does not belong here:
finding what they show (``analytics.trends``).
"""

from __future__ import annotations

from analytics.trends.outlook import METRIC
from publishing.screens.words import CODES, trace_link


def alerts_view(language: str) -> str:
    """SQL: weeks in which more came than chance explains, with their words in one language."""
    return f"""
    create view alerts_{language} as
    select
      a.cell_id, a.metric, m.label_{language} as measure, a.level,
      p.place_{language} as place, p.place_order, {", ".join(f"p.{code}" for code in CODES)},
      s.slice_{language} as slice, a.period, d.period_{language} as period_name, d.period_start,
      a.value, a.expected, a."limit" as upper_limit, a.ratio, a.ratio_low, a.ratio_high,
      array_to_string(a.methods, ', ') as methods,
      {trace_link("a", language)} as trace
    from alerts as a
    join metrics as m using (metric)
    join places as p using (level, place_code)
    join slices as s using (slices)
    join (select * from periods where grain = 'week') as d using (period)
    """


def outlook_view(language: str) -> str:
    """SQL: week by week what came, which weeks were unusual, and behind the last what may come.

    ``came`` is null in weeks to come; ``forecast, low, high`` in those that have been.
    """
    codes = ", ".join(f"p.{code}" for code in CODES)
    return f"""
    create view outlook_{language} as
    with weeks as (
      select f.level, f.place_code, f.period, f.cell_id, f.value as came,
        case when a.cell_id is not null then f.value end as unusual,
        null::double as forecast, null::double as low, null::double as high, null as model
      from figures as f
      join (select * from periods where grain = 'week') as d using (period)
      left join (select distinct cell_id from alerts where slices = '') as a using (cell_id)
      where f.report = 'events_by_week' and f.metric = '{METRIC}' and f.slices = ''
        and d.is_whole and d.is_recent
      union all
      select level, place_code, period, null, null, null, forecast, low, high, model
      from forecasts
    )
    select
      w.level, w.place_code, p.place_{language} as place, p.place_order, {codes},
      w.period, (strptime(w.period || '-1', '%G-W%V-%u'))::date as period_start,
      w.came, w.unusual, w.forecast, w.low, w.high, w.model, w.cell_id,
      {trace_link("w", language)} as trace
    from weeks as w
    join places as p using (level, place_code)
    """


def spots_view(language: str) -> str:
    """SQL: the places with dwellings under each place that they lie in, and in which hot spot.

    ``times``: how many times what was to be expected came to the spot, 0 outside of spots.
    """
    codes = ", ".join(f"p.{code}" for code in CODES)
    return f"""
    create view spots_{language} as
    select
      h.level, h.place_code, w.place, p.place_{language} as part, p.place_order, {codes},
      h.period, d.period_{language} as period_name, d.period_start,
      h.came, h.usual, h.spot, h.spot_came, h.spot_usual, h.ratio, h.probability,
      coalesce(h.ratio, 0) as times, s.area, h.cell_id, {trace_link("h", language)} as trace
    from hot_spots as h
    join places as p using (level, place_code)
    join within_{language} as w using (level, place_code)
    left join shapes as s using (level, place_code)
    join (select * from periods where grain = 'month') as d using (period)
    """
