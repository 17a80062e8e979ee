-- Part 2: places of the register, what division codes mean today, and the rows of every feed.

create temp table places_registered as
with registers as (
  select * from division
  qualify dense_rank() over (
    partition by city_code, _as_of::date order by _as_of desc, _sha256 desc, _drop_id desc
  ) = 1
),
named as (
  select city_code as register_city, _as_of::date as register_date, _record, level.*
  from registers, unnest([
    {depth: 1, level: 'city', place_code: city_code, place_name: city_name,
     urban_rural_code: null::varchar,
     path: [city_code, null, null, null, null]},
    {depth: 2, level: 'district', place_code: district_code, place_name: district_name,
     urban_rural_code: null,
     path: [city_code, district_code, null, null, null]},
    {depth: 3, level: 'street', place_code: subdistrict_code, place_name: subdistrict_name,
     urban_rural_code: null,
     path: [city_code, district_code, subdistrict_code, null, null]},
    {depth: 4, level: 'community', place_code: community_code, place_name: community_name,
     urban_rural_code: urban_rural_code,
     path: [city_code, district_code, subdistrict_code, community_code, null]},
    {depth: 5, level: 'grid', place_code: grid_code, place_name: grid_name,
     urban_rural_code: urban_rural_code,
     path: [city_code, district_code, subdistrict_code, community_code, grid_code]}
  ]) as levels (level)
  where level.place_code is not null
)
select register_city, register_date, level, place_code, place_name, urban_rural_code,
  path[1] as city_code, path[2] as district_code, path[3] as street_code,
  path[4] as community_code, path[5] as grid_code
from named
qualify row_number() over (
  partition by register_city, register_date, place_code order by depth, _record
) = 1;

create temp table places as
select * from (
  select * from places_registered
  qualify register_date = max(register_date) over (partition by register_city)
)
qualify row_number() over (
  partition by place_code order by register_date desc, register_city
) = 1;

-- Every row in force of every feed that is not about residents: what the report `feeds` counts.
create temp table records as
select 'campus_hazard' as feed, place_code, coalesce(found_on, _as_of::date) as dated, _unit as unit
from campus_hazard
union all select 'citizen_message', place_code, coalesce(sent_at::date, _as_of::date), _unit
from citizen_message
union all select 'dispatch_record', place_code, coalesce(received_at::date, _as_of::date), _unit
from dispatch_record
union all select 'dispute', place_code, coalesce(occurred_on::date, _as_of::date), _unit from dispute
union all select 'grid_event', grid_code, coalesce(reported_at::date, _as_of::date), _unit
from grid_event
union all select 'integrity_record', place_code, coalesce(recorded_on::date, _as_of::date), _unit
from integrity_record
union all select 'key_area', place_code, coalesce(identified_on::date, _as_of::date), _unit
from key_area
union all select 'line_hazard', place_code, coalesce(found_on::date, _as_of::date), _unit
from line_hazard
union all select 'risk_assessment', place_code, coalesce(started_on::date, _as_of::date), _unit
from risk_assessment
union all select 'service_request', place_code, coalesce(created_at::date, _as_of::date), _unit
from service_request
union all select 'division', coalesce(grid_code, community_code), _as_of::date, _unit from division
union all select 'grid_event_stage', null, _as_of::date, _unit from grid_event_stage
union all select 'campus', grid_code, _as_of::date, _unit from campus
union all select 'direct_unit', place_code, _as_of::date, _unit from direct_unit
union all select 'school', null, _as_of::date, _unit from school
union all select 'unit', place_code, _as_of::date, _unit from unit
union all select 'volunteer_team', place_code, _as_of::date, _unit from volunteer_team
union all select 'new_organisation', grid_code, _as_of::date, _unit from new_organisation
union all select 'coast_post', place_code, _as_of::date, _unit from coast_post
union all select 'compound', place_code, _as_of::date, _unit from compound
union all select 'facility', place_code, _as_of::date, _unit from facility
union all select 'line', place_code, _as_of::date, _unit from line
union all select 'net_resource', grid_code, _as_of::date, _unit from net_resource
union all select 'labour_feedback', null, _as_of::date, _unit from labour_feedback
union all select 'party_building_feedback', null, _as_of::date, _unit from party_building_feedback
union all select 'registration_feedback', null, _as_of::date, _unit from registration_feedback
union all select 'union_feedback', null, _as_of::date, _unit from union_feedback
union all select 'women_feedback', null, _as_of::date, _unit from women_feedback
union all select 'youth_league_feedback', null, _as_of::date, _unit from youth_league_feedback
union all select 'work_item_record', null, _as_of::date, _unit from work_item_record
union all select 'building', grid_code, _as_of::date, _unit
from snapshot('lake.bronze.building', 'building')
union all select 'staff', null, _as_of::date, _unit from snapshot('lake.bronze.staff', 'staff')
union all select 'campaign', place_code, _as_of::date, _unit
from upserted('lake.bronze.campaign', 'campaign', campaign_no)
union all select 'coast_record', place_code, _as_of::date, _unit
from upserted('lake.bronze.coast_record', 'coast_record', record_no)
union all select 'hotline_call', place_code, _as_of::date, _unit
from upserted('lake.bronze.hotline_call', 'hotline_call', call_no)
union all select 'patrol', grid_code, _as_of::date, _unit
from upserted('lake.bronze.patrol', 'patrol', patrol_no)
union all select 'residents_log', grid_code, _as_of::date, _unit
from upserted('lake.bronze.residents_log', 'residents_log', log_no)
union all select 'satisfaction_callback', place_code, _as_of::date, _unit
from upserted('lake.bronze.satisfaction_callback', 'satisfaction_callback', callback_no)
union all select 'visit', grid_code, _as_of::date, _unit
from upserted('lake.bronze.visit', 'visit', visit_no)
union all select 'volunteer_activity', place_code, _as_of::date, _unit
from upserted('lake.bronze.volunteer_activity', 'volunteer_activity', activity_no)
union all select 'survey_answer', place_code, _as_of::date, _unit
from upserted(
  'lake.bronze.survey_answer', 'survey_answer', survey_no, k2 := answer_no, k3 := question
)
union all select 'training_record', null, _as_of::date, _unit
from upserted(
  'lake.bronze.training_record', 'training_record', staff_no, k2 := course, k3 := trained_on
)
union all select 'work_order', null, _as_of::date, _unit
from upserted(
  'lake.bronze.work_order', 'work_order', order_no, k2 := recipient_code, k3 := step, k4 := step_at
)
union all select 'reading', null, _as_of::date, _unit
from appended('lake.bronze.reading', 'reading', sensor_no, k2 := read_at, k3 := quantity);

-- A code's place today: itself, or the nearest ancestor that its digits name.
create temp table placed as
with codes as (
  select place_code, case when length(place_code) < 12 then rpad(place_code, 12, '0')
    else place_code end as full_code
  from (select distinct place_code from records where place_code is not null)
),
candidates as (
  select place_code, unnest([
    {steps: 0, candidate: full_code},
    {steps: 1, candidate: substr(full_code, 1, 12)},
    {steps: 2, candidate: substr(full_code, 1, 9) || '000'},
    {steps: 3, candidate: substr(full_code, 1, 6) || '000000'},
    {steps: 4, candidate: substr(full_code, 1, 4) || '00000000'}
  ], recursive := true)
  from codes
)
select c.place_code, p.city_code, p.district_code, p.street_code, p.community_code, p.grid_code
from candidates as c join places as p on c.candidate = p.place_code
qualify row_number() over (partition by c.place_code order by steps) = 1;
