-- The reference of the line `city`, part 1: which rows of bronze are in force.
-- Written by hand for DuckDB from the contracts' relations; the lake is attached as `lake`.
-- No lineage (no file, record or line is carried along), no checks, nothing written to the lake.
-- Residents and dwellings are not read: no published figure counts them.

create temp macro seed(name) as table
select * from read_csv(getvariable('seeds') || '/' || name || '.csv', all_varchar := true);

create temp table category_time_limits as from seed('category_time_limits');
create temp table time_limits as from seed('time_limits');
create temp table prevention_nets as from seed('prevention_nets');
create temp table work_items as from seed('work_items');
create temp table work_item_units as from seed('work_item_units');
create temp table work_item_phases as from seed('work_item_phases');

create temp table accepted as
select drop_id, unit, feed, as_of, sha256 from lake.bronze.drops where status = 'accepted';

create temp table last_heard as
select feed, unit, max(as_of) as known_as_of from accepted group by all;

-- upsert: of rows with one key the latest.
create temp macro upserted(bronze, name, k1, k2 := null, k3 := null, k4 := null) as table
select r.*, d.unit as _unit, d.as_of as _as_of, d.sha256 as _sha256
from query_table(bronze) as r
join accepted as d on r._drop_id = d.drop_id and d.feed = name
qualify coalesce(k1::varchar, k2::varchar, k3::varchar, k4::varchar) is null
  or row_number() over (
    partition by k1, k2, k3, k4
    order by d.as_of desc, d.sha256 desc, r._record desc, r._drop_id desc
  ) = 1;

-- append: of rows with one key the earliest.
create temp macro appended(bronze, name, k1, k2 := null, k3 := null) as table
select r.*, d.unit as _unit, d.as_of as _as_of, d.sha256 as _sha256
from query_table(bronze) as r
join accepted as d on r._drop_id = d.drop_id and d.feed = name
qualify coalesce(k1::varchar, k2::varchar, k3::varchar) is null
  or row_number() over (
    partition by k1, k2, k3 order by d.as_of, d.sha256, r._record, r._drop_id
  ) = 1;

-- snapshot: the latest drop of each unit.
create temp macro snapshot(bronze, name) as table
select r.*, d.unit as _unit, d.as_of as _as_of, d.sha256 as _sha256
from query_table(bronze) as r
join (
  select * from accepted where feed = name
  qualify row_number() over (partition by unit order by as_of desc, sha256 desc, drop_id desc) = 1
) as d on r._drop_id = d.drop_id;

-- Feeds that several facts read.
create temp table division as
select r.*, d.unit as _unit, d.as_of as _as_of, d.sha256 as _sha256
from lake.bronze.division as r
join (
  select *
  from (select distinct _drop_id, city_code as scope from lake.bronze.division) as named
  join accepted on named._drop_id = accepted.drop_id and accepted.feed = 'division'
  qualify row_number() over (
    partition by scope, as_of order by sha256 desc, drop_id desc
  ) = 1
) as d on r._drop_id = d.drop_id and r.city_code is not distinct from d.scope;

create temp table campus_hazard as
from upserted('lake.bronze.campus_hazard', 'campus_hazard', hazard_no);
create temp table citizen_message as
from upserted('lake.bronze.citizen_message', 'citizen_message', message_no);
create temp table dispatch_record as
from upserted('lake.bronze.dispatch_record', 'dispatch_record', dispatch_no);
create temp table dispute as from upserted('lake.bronze.dispute', 'dispute', dispute_no);
create temp table grid_event as
select event_no, category, grid_code, reported_at, limit_class, _drop_id, _record, _as_of, _unit
from upserted('lake.bronze.grid_event', 'grid_event', event_no);
create temp table grid_event_stage as
select event_no, stage, stage_at, _drop_id, _record, _as_of, _unit
from upserted(
  'lake.bronze.grid_event_stage', 'grid_event_stage', event_no, k2 := stage, k3 := stage_at,
  k4 := unit_code
);
create temp table integrity_record as
from upserted('lake.bronze.integrity_record', 'integrity_record', record_no);
create temp table key_area as from upserted('lake.bronze.key_area', 'key_area', area_no);
create temp table line_hazard as
from upserted('lake.bronze.line_hazard', 'line_hazard', hazard_no);
create temp table risk_assessment as
from upserted('lake.bronze.risk_assessment', 'risk_assessment', assessment_no);
create temp table service_request as
select category, place_code, created_at, closed_at, _as_of, _unit
from upserted('lake.bronze.service_request', 'service_request', request_no);

create temp table campus as from snapshot('lake.bronze.campus', 'campus');
create temp table direct_unit as from snapshot('lake.bronze.direct_unit', 'direct_unit');
create temp table school as from snapshot('lake.bronze.school', 'school');
create temp table unit as from snapshot('lake.bronze.unit', 'unit');
create temp table volunteer_team as
from snapshot('lake.bronze.volunteer_team', 'volunteer_team');
create temp table new_organisation as
from upserted('lake.bronze.new_organisation', 'new_organisation', credit_code);

create temp table coast_post as from snapshot('lake.bronze.coast_post', 'coast_post');
create temp table compound as from snapshot('lake.bronze.compound', 'compound');
create temp table facility as from snapshot('lake.bronze.facility', 'facility');
create temp table line as from snapshot('lake.bronze.line', 'line');
create temp table net_resource as from snapshot('lake.bronze.net_resource', 'net_resource');

create temp table labour_feedback as
from upserted('lake.bronze.labour_feedback', 'labour_feedback', credit_code);
create temp table party_building_feedback as
from upserted('lake.bronze.party_building_feedback', 'party_building_feedback', credit_code);
create temp table registration_feedback as
from upserted('lake.bronze.registration_feedback', 'registration_feedback', credit_code);
create temp table union_feedback as
from upserted('lake.bronze.union_feedback', 'union_feedback', credit_code);
create temp table women_feedback as
from upserted('lake.bronze.women_feedback', 'women_feedback', credit_code);
create temp table youth_league_feedback as
from upserted('lake.bronze.youth_league_feedback', 'youth_league_feedback', credit_code);
create temp table work_item_record as
from upserted(
  'lake.bronze.work_item_record', 'work_item_record', item_code, k2 := unit_code, k3 := period,
  k4 := phase
);
