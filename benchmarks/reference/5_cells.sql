-- Part 5: cells. Each fact is grouped over place, period and slices; each metric is one line of a
-- list. A row that is known at one level and not at the next stands there under `<upper>/unplaced`.

create temp macro below(upper, lower) as
  case when upper is not null then coalesce(lower, upper || '/unplaced') end;
create temp macro escaped(x) as
  coalesce(replace(replace(replace(x, '\', '\\'), ';', '\;'), '=', '\='), '\N');

-- Buckets of place and period under the names p1 to p5, y and m.
create temp macro bucketed(fact, dated) as table
select *,
  coalesce(city_code, 'all/unplaced') as p1,
  below(city_code, district_code) as p2,
  if(city_code is not null, below(district_code, street_code), null) as p3,
  if(city_code is not null and district_code is not null, below(street_code, community_code), null)
    as p4,
  if(city_code is not null and district_code is not null and street_code is not null,
    below(community_code, grid_code), null) as p5,
  coalesce(strftime(dated, '%Y'), 'undated') as y,
  coalesce(strftime(dated, '%Y-%m'), 'undated') as m
from query_table(fact);

create temp macro level_of(g1, g2, g3, g4, g5) as case
  when g1 = 0 then 'city' when g2 = 0 then 'district' when g3 = 0 then 'street'
  when g4 = 0 then 'community' when g5 = 0 then 'grid' else 'all' end;
create temp macro grain_of(gy, gm) as
  case when gm = 0 then 'month' when gy = 0 then 'year' else 'all' end;

create temp macro placed_at(level, p1, p2, p3, p4, p5) as
  case level when 'city' then p1 when 'district' then p2 when 'street' then p3
    when 'community' then p4 when 'grid' then p5 else 'all' end;
create temp macro period_at(grain, y, m) as
  case grain when 'year' then y when 'month' then m else 'all' end;

create temp table cells (
  report varchar, metric varchar, level varchar, place_code varchar, grain varchar, period varchar,
  slices varchar, value double, numerator double, denominator double, fact_rows bigint
);

create temp macro counted(r, m, n) as {
  report: r, metric: m, value: n::double, numerator: null::double, denominator: null::double,
  fact_rows: n::bigint
};
create temp macro share(r, m, part, whole) as {
  report: r, metric: m, value: part::double / nullif(whole, 0), numerator: part::double,
  denominator: whole::double, fact_rows: whole::bigint
};

-- Events by one of their dates.
create temp macro event_groups(dated) as table
select
  level_of(grouping(p1), grouping(p2), grouping(p3), grouping(p4), grouping(p5)) as level,
  placed_at(level, p1, p2, p3, p4, p5) as place_code,
  grain_of(grouping(y), grouping(m)) as grain, period_at(grain, y, m) as period,
  case when grouping(category) = 0 then 'category=' || escaped(category)
    when grouping(feed) = 0 then 'feed=' || escaped(feed) else '' end as slices,
  count(*) as n,
  count(*) filter (where is_due) as due,
  count(*) filter (where is_in_time) as in_time,
  count(*) filter (where is_overdue) as overdue,
  count(*) filter (where is_closed) as closed,
  count(*) filter (where is_impossible) as impossible,
  count(handling_hours) as timed,
  median(handling_hours) as median_hours
from bucketed('events', dated)
group by grouping sets ((), (y), (m)), grouping sets (
  (), (p1), (p2), (p3), (p4), (p5),
  (category), (p1, category), (p2, category), (p3, category),
  (feed), (p1, feed), (p2, feed), (p3, feed)
)
having place_code is not null;

create temp table reported as
select level, place_code, grain, period, slices, n, impossible from event_groups(reported_on);
create temp table due as
select level, place_code, grain, period, slices, due, in_time, overdue from event_groups(due_on);
create temp table closed as
select level, place_code, grain, period, slices, closed, timed, median_hours
from event_groups(closed_on);

insert into cells by name
select level, place_code, grain, period, slices, unnest([
  counted('events', 'events_received', n),
  counted('handling', 'events_received', n),
  counted('handling', 'impossible_times', impossible)
], recursive := true)
from reported
union all by name
select level, place_code, grain, period, slices, unnest([
  counted('handling', 'events_due', due),
  counted('handling', 'events_in_time', in_time),
  counted('handling', 'events_overdue', overdue),
  share('handling', 'on_time_rate', in_time, due)
], recursive := true)
from due
union all by name
select level, place_code, grain, period, slices, unnest([
  counted('events', 'closed_count', closed),
  {report: 'handling', metric: 'median_handling_hours', value: median_hours, numerator: null,
   denominator: null, fact_rows: timed}
], recursive := true)
from closed;

-- Rows in force of every feed.
create temp table record_facts as
select r.feed, r.unit, r.dated, p.* exclude (place_code)
from records as r left join placed as p using (place_code);

insert into cells by name
select level_of(grouping(p1), grouping(p2), 1, 1, 1) as level,
  placed_at(level, p1, p2, null, null, null) as place_code,
  grain_of(grouping(y), grouping(m)) as grain, period_at(grain, y, m) as period,
  case when grouping(feed) = 0 then 'feed=' || escaped(feed)
    when grouping(unit) = 0 then 'unit=' || escaped(unit) else '' end as slices,
  'feeds' as report, 'records_in_force' as metric, count(*) as value, count(*) as fact_rows
from bucketed('record_facts', dated)
group by grouping sets ((), (y), (m)), grouping sets ((), (p1), (p2)),
  grouping sets ((), (feed), (unit))
having place_code is not null;

-- Answers of six units.
create temp table feedback_groups as
select level_of(grouping(p1), grouping(p2), grouping(p3), grouping(p4), 1) as level,
  placed_at(level, p1, p2, p3, p4, null) as place_code,
  concat_ws(';', if(grouping(answered_by) = 0, 'answered_by=' || escaped(answered_by), null),
    if(grouping(category) = 0, 'category=' || escaped(category), null)) as slices,
  count(*) as n, count(*) filter (where is_answered) as answered,
  count(*) filter (where not is_answered) as missing,
  count(*) filter (where is_contradictory) as contradictory
from bucketed('feedback', null::date)
group by grouping sets ((), (p1), (p2), (p3), (p4)),
  grouping sets ((), (answered_by), (answered_by, category))
having place_code is not null;

insert into cells by name
select level, place_code, 'all' as grain, 'all' as period, slices, unnest([
  counted('new_organisation_feedback', 'feedback_asked', n),
  counted('new_organisation_feedback', 'feedback_answered', answered),
  counted('new_organisation_feedback', 'feedback_missing', missing),
  counted('new_organisation_feedback', 'feedback_contradictory', contradictory),
  share('new_organisation_feedback', 'feedback_rate', answered, n)
], recursive := true)
from feedback_groups;

-- Prevention nets: resources, and communities that they reach.
insert into cells by name
select level_of(grouping(p1), grouping(p2), grouping(p3), grouping(p4), 1) as level,
  placed_at(level, p1, p2, p3, p4, null) as place_code, 'all' as grain, 'all' as period,
  concat_ws(';', if(grouping(kind) = 0, 'kind=' || escaped(kind), null),
    if(grouping(net) = 0, 'net=' || escaped(net), null)) as slices,
  'prevention_nets' as report, 'net_resources' as metric, count(net) as value,
  count(net) as fact_rows
from bucketed('objects', null::date)
group by grouping sets ((), (p1), (p2), (p3), (p4)), grouping sets ((), (net), (kind, net))
having place_code is not null;

create temp table coverage_groups as
select level_of(grouping(p1), grouping(p2), grouping(p3), grouping(p4), 1) as level,
  placed_at(level, p1, p2, p3, p4, null) as place_code,
  'net=' || escaped(net) as slices, count(*) as n, count(*) filter (where is_covered) as covered
from bucketed('net_coverage', null::date)
group by grouping sets (
  (net), (p1, net), (p2, net), (p3, net), (p4, net)
)
having place_code is not null;

insert into cells by name
select level, place_code, 'all' as grain, 'all' as period, slices, unnest([
  counted('prevention_nets', 'net_communities', n),
  counted('prevention_nets', 'net_communities_covered', covered),
  share('prevention_nets', 'net_coverage_rate', covered, n)
], recursive := true)
from coverage_groups;
