-- Part 4: work items, owed or told.

create temp table units as
select unit_code, unit_name, kind, level, place_code from unit
where unit_code is not null
qualify row_number() over (
  partition by unit_code order by _as_of desc, _sha256 desc, _record desc, _drop_id desc
) = 1;

create temp table told as
with dated as (
  select r.*, coalesce(r.done_on::timestamp, r._as_of) as told_at,
    coalesce(r.period, strftime(coalesce(r.done_on::timestamp, r._as_of), '%Y-%m')) as period_told,
    i.cadence
  from work_item_record as r left join work_items as i using (item_code)
),
quartered as (
  select *, substr(period_told, 1, 4) as year_text,
    case
      when substr(period_told, 5, 1) = 'Q' then substr(period_told, 6, 1)
      when substr(period_told, 6, 2) in ('01', '02', '03') then '1'
      when substr(period_told, 6, 2) in ('04', '05', '06') then '2'
      when substr(period_told, 6, 2) in ('07', '08', '09') then '3'
      when substr(period_told, 6, 2) in ('10', '11', '12') then '4'
    end as quarter_text
  from dated
),
named as (
  select * exclude (period),
    case
      when cadence = 'year' then year_text
      when cadence = 'half_year' and quarter_text in ('1', '2') then year_text || 'Q2'
      when cadence = 'half_year' and quarter_text in ('3', '4') then year_text || 'Q4'
      when cadence = 'quarter' and quarter_text is not null then year_text || 'Q' || quarter_text
      else period_told
    end as period
  from quartered
)
select coalesce(unit_code, '') as unit_key, coalesce(item_code, '') as item_key,
  coalesce(period, '') as period_key, coalesce(phase, '') as phase_key,
  first(unit_code) as unit_code, first(item_code) as item_code, first(period) as period,
  first(phase) as phase, min(told_at) as told_at, max(_as_of) as as_of
from named group by 1, 2, 3, 4;

create temp table known as
select max(as_of)::date as last_day, min(case when period >= '1949' and period < '2101'
  then try_cast(substr(period, 1, 4) || '-01-01' as date) end) as first_day
from told;

create temp table periods as
with months as (
  select unnest(generate_series(first_day::timestamp, last_day::timestamp, interval 1 month))::date
    as first_day
  from known where first_day is not null
)
select unnest(['day', 'week', 'month']) as cadence, strftime(first_day, '%Y-%m') as period,
  first_day, last_day(first_day) as final_day
from months
union all
select 'quarter', year(first_day) || 'Q' || quarter(first_day), first_day,
  last_day((first_day + interval 2 month)::date)
from months where month(first_day) in (1, 4, 7, 10)
union all
select 'half_year', year(first_day) || if(month(first_day) = 1, 'Q2', 'Q4'), first_day,
  last_day((first_day + interval 5 month)::date)
from months where month(first_day) in (1, 7)
union all
select 'year', year(first_day)::varchar, first_day, last_day((first_day + interval 11 month)::date)
from months where month(first_day) = 1;

create temp table work as
with owed as (
  select u.unit_code, i.item_code, p.period, f.phase
  from work_items as i
  join work_item_units as w using (responsible_kind)
  join units as u on w.unit_kind = u.kind and coalesce(w.unit_level, u.level) = u.level
  join periods as p using (cadence)
  cross join work_item_phases as f
  where w.owed = 'always'
    or exists (from told as t where t.item_code = i.item_code and t.unit_code = u.unit_code)
),
both_sides as (
  select coalesce(o.unit_code, t.unit_code) as unit_code,
    coalesce(o.item_code, t.item_code) as item_code, coalesce(o.period, t.period) as period,
    coalesce(o.phase, t.phase) as phase, o.unit_code is not null as is_owed,
    t.unit_key is not null as is_told, t.told_at
  from owed as o
  full join told as t
    on t.unit_key = o.unit_code and t.item_key = o.item_code and t.period_key = o.period
    and t.phase_key = o.phase
),
dated as (
  select b.*, i.module, i.item_code || ' ' || i.name_zh as item_label,
    u.unit_code || ' ' || coalesce(u.unit_name, '') as unit_label, u.kind as unit_kind,
    u.level as unit_level, u.place_code,
    if(f.due_from = 'start', p.first_day, p.final_day) + f.due_days::integer as due_on
  from both_sides as b
  left join work_items as i using (item_code)
  left join units as u using (unit_code)
  left join periods as p on p.cadence = i.cadence and p.period = b.period
  left join work_item_phases as f on f.phase = b.phase
)
select d.*, p.* exclude (place_code), is_owed and coalesce(due_on < k.last_day, false) as is_due
from dated as d cross join known as k left join placed as p using (place_code);
