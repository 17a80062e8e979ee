-- Part 3: events, objects, organisations and the answers about them.

create temp table stages as
select
  coalesce(event_no, _drop_id || ':' || _record) as event_no,
  min(stage_at) filter (where stage = 'reported') as reported_at,
  min(stage_at) filter (where stage = 'accepted') as accepted_at,
  min(stage_at) filter (where stage = 'dispatched') as dispatched_at,
  min(stage_at) filter (where stage = 'responded') as responded_at,
  min(stage_at) filter (where stage = 'arrived') as arrived_at,
  min(stage_at) filter (where stage = 'handled') as handled_at,
  min(stage_at) filter (where stage = 'verified') as verified_at,
  max(stage_at) filter (where stage = 'closed') as closed_at,
  max(stage_at) filter (where stage = 'rated') as rated_at,
  max(stage_at) filter (where stage = 'reopened') as reopened_at,
  count(*) filter (where stage in ('withdrawn', 'void')) > 0 as is_given_up,
  max(known_as_of) as known_as_of
from grid_event_stage as s
join last_heard as h on h.feed = 'grid_event_stage' and h.unit = s._unit
group by all;

create temp table dispatches as
select
  coalesce(incident_no, _drop_id || ':' || _record) as number,
  min(received_at) as reported_at,
  least(
    min(entry_at), min(dispatch_at), min(response_at), min(on_scene_at), max(available_at)
  ) as earliest_at,
  max(available_at) as closed_at,
  max(known_as_of) as known_as_of,
  arg_min(
    {category: category, place_code: place_code},
    (_as_of, _sha256, _record, _drop_id)
  ) as first_row
from dispatch_record as r
join last_heard as h on h.feed = 'dispatch_record' and h.unit = r._unit
group by all;

create temp macro end_of_day(day) as (day::varchar || ' 23:59:59')::timestamp;

-- `earliest_at`: of the stages after the report.
create temp table matters as
select 'dispatch_record' as feed, first_row.category as category,
  first_row.place_code as place_code, reported_at, earliest_at, closed_at,
  null::timestamp as own_due_at, 'emergency' as limit_class, null::varchar as own_limit_class,
  true as has_closing_stage, false as is_given_up, known_as_of
from dispatches
union all
select 'grid_event', e.category, e.grid_code, least(e.reported_at, s.reported_at),
  least(s.accepted_at, s.dispatched_at, s.responded_at, s.arrived_at, s.handled_at,
    s.verified_at, if(s.reopened_at > s.closed_at, null, s.closed_at), s.rated_at),
  if(s.reopened_at > s.closed_at, null, s.closed_at),
  null, 'general', e.limit_class, true, coalesce(s.is_given_up, false),
  greatest(h.known_as_of, s.known_as_of)
from grid_event as e
join last_heard as h on h.feed = 'grid_event' and h.unit = e._unit
left join stages as s on s.event_no = coalesce(e.event_no, e._drop_id || ':' || e._record)
union all
select h.feed, r.* exclude (feed, unit), h.known_as_of
from (
  select 'campus_hazard' as feed, kind, place_code, found_on::timestamp, rectified_on::timestamp,
    rectified_on::timestamp, end_of_day(deadline), null, null, true, false, _unit as unit
  from campus_hazard
  union all select 'dispute', category, place_code, occurred_on::timestamp,
    least(accepted_on::timestamp, settled_on::timestamp), settled_on::timestamp,
    end_of_day(deadline), null, null, true, false, _unit
  from dispute
  union all select 'key_area', problem, place_code, identified_on::timestamp,
    rectified_on::timestamp, rectified_on::timestamp, end_of_day(deadline), null, null, true, false,
    _unit
  from key_area
  union all select 'line_hazard', kind, place_code, found_on::timestamp, dealt_with_on::timestamp,
    dealt_with_on::timestamp, end_of_day(deadline), null, null, true, false, _unit
  from line_hazard
  union all select 'risk_assessment', kind, place_code, started_on::timestamp,
    least(assessed_on::timestamp, submitted_on::timestamp), submitted_on::timestamp, null, null,
    null, true, false, _unit
  from risk_assessment
  union all select 'service_request', category, place_code, created_at, closed_at, closed_at, null,
    'general', null, true, false, _unit
  from service_request
  union all select 'citizen_message', category, place_code, sent_at, null, null, null, null, null,
    false, false, _unit
  from citizen_message
  union all select 'integrity_record', kind, place_code, recorded_on::timestamp, null, null, null,
    null, null, false, false, _unit
  from integrity_record
) as r
join last_heard as h on h.feed = r.feed and h.unit = r.unit;

create temp table events as
with dated as (
  select m.* exclude (category), coalesce(m.category, '未分类') as category,
    coalesce(m.earliest_at < m.reported_at, false) as is_impossible,
    case when m.has_closing_stage then coalesce(
      m.own_due_at,
      make_timestamp(epoch_us(m.reported_at) + (l.hours::double * 3600000000)::bigint)
    ) end as due_at
  from matters as m
  left join category_time_limits as c on m.feed = c.feed and m.category = c.category
  left join time_limits as l
    on l.time_limit_class = coalesce(m.own_limit_class, c.time_limit_class, m.limit_class)
),
judged as (
  select *, coalesce(
    due_at <= known_as_of and (closed_at is not null or not is_given_up), false
  ) as is_due
  from dated
)
select feed, category, city_code, district_code, street_code, community_code, grid_code,
  reported_at::date as reported_on, due_at::date as due_on, closed_at::date as closed_on,
  is_due, closed_at is not null as is_closed, is_impossible,
  coalesce(is_due and closed_at <= due_at and not is_impossible, false) as is_in_time,
  is_due and (closed_at is null or closed_at > due_at) as is_overdue,
  if(is_impossible, null,
    (epoch_us(closed_at) - epoch_us(reported_at))::double / 3600000000) as handling_hours
from judged left join placed using (place_code);

create temp table objects as
with told as (
  select 'coast_post' as feed, post_no as number, kind, null as net, place_code, _as_of, _sha256,
    _record, _drop_id from coast_post
  union all select 'compound', compound_code, 'compound', null, place_code, _as_of, _sha256, _record,
    _drop_id from compound
  union all select 'facility', facility_no, kind, net, place_code, _as_of, _sha256, _record, _drop_id
  from facility
  union all select 'line', line_no, kind, null, place_code, _as_of, _sha256, _record, _drop_id
  from line
  union all select 'net_resource', resource_no, kind, net, grid_code, _as_of, _sha256, _record,
    _drop_id from net_resource
)
select kind, net, p.* exclude (place_code)
from (
  select * from told
  qualify number is null or row_number() over (
    partition by feed, number order by _as_of desc, _sha256 desc, _record desc, _drop_id desc
  ) = 1
) left join placed as p using (place_code);

create temp table net_coverage as
select n.net, c.* exclude (place_code), r.net is not null as is_covered
from (
  select p.place_code, p.city_code, p.district_code, p.street_code, p.community_code, p.grid_code
  from places_registered as p
  semi join (
    select city_code, max(register_date) as register_date from places_registered group by all
  ) as latest on p.city_code = latest.city_code and p.register_date = latest.register_date
  semi join places as now on p.place_code = now.place_code and p.city_code = now.city_code
  where p.level = 'community'
) as c
cross join prevention_nets as n
left join (
  select distinct net, community_code from objects where community_code is not null
) as r on r.net = n.net and r.community_code = c.place_code;

create temp table organisations as
with told as (
  select 'campus' as feed, campus_code as number, 'campus' as kind, kind as category,
    grid_code as place_code, null as place_name, _as_of, _sha256, _record, _drop_id from campus
  union all select 'direct_unit', credit_code, 'direct_unit', affiliation, place_code, null, _as_of,
    _sha256, _record, _drop_id from direct_unit
  union all select 'new_organisation', credit_code, 'new_organisation', kind, grid_code, null,
    _as_of, _sha256, _record, _drop_id from new_organisation
  union all select 'school', school_code, 'school', education_level, null, city_name, _as_of,
    _sha256, _record, _drop_id from school
  union all select 'unit', unit_code, 'governance_unit', kind, place_code, null, _as_of, _sha256,
    _record, _drop_id from unit
  union all select 'volunteer_team', team_no, 'volunteer_team', kind, place_code, null, _as_of,
    _sha256, _record, _drop_id from volunteer_team
),
latest as (
  select * from told
  qualify number is null or row_number() over (
    partition by feed, number order by _as_of desc, _sha256 desc, _record desc, _drop_id desc
  ) = 1
),
named as (
  select place_name, min(city_code) as city_code, min(district_code) as district_code
  from places where level in ('city', 'district') group by all having count(*) = 1
)
select feed, number, kind, category, _as_of::date as dated,
  coalesce(p.city_code, n.city_code) as city_code,
  if(p.city_code is null, n.district_code, p.district_code) as district_code,
  p.street_code, p.community_code, p.grid_code
from latest
left join placed as p using (place_code)
left join named as n using (place_name);

-- An answer contradicts the list, or another answer where the list is silent.
create temp table answers as
with told as (
  select 'labour' as answered_by, credit_code, organisation_name, null::varchar as kind,
    null::varchar as industry, staff_count from labour_feedback
  union all select 'party_building', credit_code, organisation_name, null, null, null
  from party_building_feedback
  union all select 'registration', credit_code, organisation_name, kind, industry, staff_count
  from registration_feedback
  union all select 'union', credit_code, organisation_name, null, null, staff_count
  from union_feedback
  union all select 'women', credit_code, organisation_name, null, null, staff_count
  from women_feedback
  union all select 'youth_league', credit_code, organisation_name, null, null, null
  from youth_league_feedback
),
ranged as (
  select credit_code,
    min(organisation_name) <> max(organisation_name) as names_differ,
    min(kind::varchar) <> max(kind::varchar) as kinds_differ,
    min(industry::varchar) <> max(industry::varchar) as industries_differ,
    min(staff_count::varchar) <> max(staff_count::varchar) as counts_differ
  from told group by all
)
select t.answered_by, t.credit_code,
  coalesce(t.organisation_name <> l.organisation_name, false)
  or coalesce(t.kind <> l.kind, false)
  or coalesce(t.industry <> l.industry, false)
  or coalesce(t.staff_count::varchar <> l.staff_count::varchar, false)
  or (t.organisation_name is not null and l.organisation_name is null and names_differ)
  or (t.kind is not null and l.kind is null and kinds_differ)
  or (t.industry is not null and l.industry is null and industries_differ)
  or (t.staff_count is not null and l.staff_count is null and counts_differ) as is_contradictory
from told as t
join ranged using (credit_code)
left join new_organisation as l using (credit_code);

create temp table feedback as
select o.category, asked.answered_by, o.city_code, o.district_code, o.street_code,
  o.community_code, o.grid_code,
  a.credit_code is not null as is_answered, coalesce(a.is_contradictory, false) as is_contradictory
from organisations as o
cross join (
  select unnest(['labour', 'party_building', 'registration', 'union', 'women', 'youth_league'])
    as answered_by
) as asked
left join answers as a on a.credit_code = o.number and a.answered_by = asked.answered_by
where o.feed = 'new_organisation';
