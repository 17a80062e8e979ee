-- Part 6: cells of the register, of organisations and of work items.

-- A register is a balance: of the dates within a period each city's latest counts.
create temp macro register_groups(part) as table
select level_of(grouping(p1), grouping(p2), grouping(p3), grouping(p4), grouping(p5)) as level,
  placed_at(level, p1, p2, p3, p4, p5) as place_code, part as grain,
  case part when 'all' then 'all' when 'year' then any_value(y) else any_value(m) end as period,
  concat_ws(';', if(grouping(level_name) = 0, 'level=' || escaped(level_name), null),
    if(grouping(urban_rural_code) = 0, 'urban_rural_code=' || escaped(urban_rural_code), null)
  ) as slices,
  count(*) as n
from (
  select * exclude (level), level as level_name, period_at(part, y, m) as named
  from bucketed('places_registered', register_date)
  qualify register_date = max(register_date) over (partition by city_code, period_at(part, y, m))
)
group by grouping sets ((named)), grouping sets (
  (), (p1), (p2), (p3), (p4), (p5),
  (level_name), (p1, level_name), (p2, level_name), (p3, level_name),
  (level_name, urban_rural_code), (p1, level_name, urban_rural_code),
  (p2, level_name, urban_rural_code), (p3, level_name, urban_rural_code)
)
having place_code is not null;

insert into cells by name
select level, place_code, grain, period, slices,
  unnest([counted('register', 'places_registered', n)], recursive := true)
from (
  from register_groups('all')
  union all from register_groups('year')
  union all from register_groups('month')
);

insert into cells by name
select level_of(grouping(p1), grouping(p2), grouping(p3), grouping(p4), grouping(p5)) as level,
  placed_at(level, p1, p2, p3, p4, p5) as place_code,
  grain_of(grouping(y), grouping(m)) as grain, period_at(grain, y, m) as period,
  case when grouping(kind) = 0 then 'kind=' || escaped(kind)
    when grouping(category) = 0 then 'category=' || escaped(category) else '' end as slices,
  'register' as report, 'organisations_registered' as metric, count(*) as value,
  count(*) as fact_rows
from bucketed('organisations', dated)
group by grouping sets ((), (y), (m)), grouping sets ((), (p1), (p2), (p3), (p4), (p5)),
  grouping sets ((), (kind), (category))
having place_code is not null;

create temp table work_groups as
select level_of(grouping(p1), grouping(p2), grouping(p3), 1, 1) as level,
  placed_at(level, p1, p2, p3, null, null) as place_code,
  grain_of(grouping(y), grouping(m)) as grain, period_at(grain, y, m) as period,
  concat_ws(';', if(grouping(item_label) = 0, 'item_label=' || escaped(item_label), null),
    if(grouping(module) = 0, 'module=' || escaped(module), null),
    if(grouping(phase) = 0, 'phase=' || escaped(phase), null),
    if(grouping(unit_kind) = 0, 'unit_kind=' || escaped(unit_kind), null),
    if(grouping(unit_label) = 0, 'unit_label=' || escaped(unit_label), null),
    if(grouping(unit_level) = 0, 'unit_level=' || escaped(unit_level), null)) as slices,
  grouping(unit_label) = 0 as is_by_unit,
  count(*) filter (where is_told) as told,
  count(*) filter (where is_due) as due,
  count(*) filter (where is_due and is_told) as done,
  count(*) filter (where is_due and told_at <= due_on) as in_time,
  count(*) filter (where is_due and told_at > due_on) as late,
  count(*) filter (where is_due and not is_told) as missing
from bucketed('work', due_on)
group by grouping sets ((), (y), (m)), grouping sets (
  (), (p1), (p2), (p3), (phase), (p1, phase), (p2, phase), (p3, phase),
  (module), (p1, module), (p2, module), (p3, module),
  (item_label), (p1, item_label), (p2, item_label),
  (unit_kind, unit_level), (p1, unit_kind, unit_level), (p2, unit_kind, unit_level),
  (unit_label), (item_label, unit_label)
)
having place_code is not null
  and (grain = 'all' or grouping(item_label) = 1 or grouping(unit_label) = 1);

insert into cells by name
select level, place_code, grain, period, slices, unnest([
  counted('work_items', 'work_items_due', due),
  counted('work_items', 'work_items_done', done),
  counted('work_items', 'work_items_late', late),
  counted('work_items', 'work_items_missing', missing),
  share('work_items', 'work_item_rate', done, due)
], recursive := true)
from work_groups
union all by name
select level, place_code, grain, period, slices, unnest([
  counted('work_items', 'work_items_told', told),
  counted('work_items', 'work_items_in_time', in_time)
], recursive := true)
from work_groups where not is_by_unit;

delete from cells where value is null;
