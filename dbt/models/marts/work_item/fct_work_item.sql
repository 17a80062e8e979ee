-- Plan, implementation and summary of every work item by every unit that owes it, in every period:
-- told or not. Items of a kind of unit that has many trades are owed by the units that ever told of
-- them (seed work_item_units). What a unit told without owing it is kept as well. Judged as of the latest drop of
-- work items; a unit that sends nothing is judged by what the others sent.
with units as (

    select * from {{ ref('int_unit_current') }}
    where unit_code is not null

),

known as (

    select max(_as_of) as known_as_of from {{ ref('int_work_item_current') }}

),

told as (

    select distinct item_code, unit_code from {{ ref('int_work_item_current') }}

),

expected as (

    select
        units.unit_code || ':' || items.item_code || ':' || periods.period || ':' || phases.phase
            as work_item_key,
        items.item_code,
        units.unit_code,
        periods.period,
        phases.phase
    from {{ ref('dim_work_item') }} as items
    inner join {{ ref('work_item_units') }} as responsible
        on items.responsible_kind = responsible.responsible_kind
    inner join units
        on responsible.unit_kind = units.kind
        and coalesce(responsible.unit_level, units.level) = units.level
    left join told
        on items.item_code = told.item_code
        and units.unit_code = told.unit_code
    inner join {{ ref('int_work_item_period') }} as periods on items.cadence = periods.cadence
    cross join {{ ref('work_item_phases') }} as phases
    where responsible.owed = 'always' or told.unit_code is not null

),

records as (

    select * from {{ ref('int_work_item_current') }}

),

owed_or_told as (

    select
        coalesce(expected.work_item_key, records.work_item_key) as work_item_key,
        coalesce(expected.item_code, records.item_code) as item_code,
        coalesce(expected.unit_code, records.unit_code) as unit_code,
        coalesce(expected.period, records.period) as period,
        coalesce(expected.phase, records.phase) as phase,
        expected.work_item_key is not null as is_expected,
        records.work_item_key is not null as is_told,
        records.first_told_at as told_at,
        records.target_count,
        records.done_count,
        records.source_rows,
        records._drop_id,
        records._record
    from expected
    full outer join records on expected.work_item_key = records.work_item_key

),

dated as (

    select
        owed_or_told.*,
        items.module,
        items.item_label,
        units.unit_code || ' ' || coalesce(units.unit_name, '') as unit_label,
        units.kind as unit_kind,
        units.level as unit_level,
        units.place_code,
        units._drop_id as unit_drop_id,
        units._record as unit_record,
        periods.period_start,
        cast({{ hours_later(
            "cast(case when phases.due_from = 'start' then periods.period_start"
            ~ " else periods.period_end end as timestamp)",
            '24.0 * phases.due_days'
        ) }} as date) as due_on
    from owed_or_told
    left join {{ ref('dim_work_item') }} as items on owed_or_told.item_code = items.item_code
    left join units on owed_or_told.unit_code = units.unit_code
    left join {{ ref('int_work_item_period') }} as periods
        on items.cadence = periods.cadence
        and owed_or_told.period = periods.period
    left join {{ ref('work_item_phases') }} as phases on owed_or_told.phase = phases.phase

),

judged as (

    select
        dated.*,
        known.known_as_of,
        dated.is_expected and coalesce(dated.due_on < cast(known.known_as_of as date), false) as is_due
    from dated
    cross join known

),

fct_work_item as (

    select
        judged.work_item_key,
        judged.item_code,
        judged.item_label,
        judged.module,
        judged.unit_code,
        judged.unit_label,
        judged.unit_kind,
        judged.unit_level,
        judged.period,
        judged.phase,
        judged.period_start,
        judged.told_at,
        judged.due_on,
        judged.target_count,
        judged.done_count,
        judged.is_expected,
        judged.is_told,
        judged.is_due,
        judged.is_due and judged.is_told as is_done,
        judged.is_due and coalesce(judged.told_at <= judged.due_on, false) as is_in_time,
        judged.is_due and coalesce(judged.told_at > judged.due_on, false) as is_late,
        judged.is_due and not judged.is_told as is_missing,
        judged.place_code,
        places.city_code,
        places.district_code,
        places.street_code,
        places.community_code,
        places.grid_code,
        judged.known_as_of as as_of,
        cast(coalesce(judged.source_rows, 1) as integer) as source_rows,
        coalesce(judged._drop_id, judged.unit_drop_id) as _drop_id,
        coalesce(judged._record, judged.unit_record) as _record
    from judged
    left join {{ ref('int_place_code_resolved') }} as places
        on judged.place_code = places.place_code

)

select * from fct_work_item
