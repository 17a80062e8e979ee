-- One row per matter: the earliest of each stage, the latest closing and rating; everything else
-- as its anchor says, the first row to name the matter. Most matters have one row, so only those
-- with several are grouped and ranked. What a feed of stages tells of the matter is laid over that;
-- a matter that was reopened after its last closing is open.
with events as (

    select * from {{ ref('int_event_mapped') }}

),

matters_of_several_rows as (

    select
        feed,
        event_no,
        min(reported_at) as reported_at,
        min(accepted_at) as accepted_at,
        min(dispatched_at) as dispatched_at,
        min(responded_at) as responded_at,
        min(arrived_at) as arrived_at,
        min(handled_at) as handled_at,
        min(verified_at) as verified_at,
        max(closed_at) as closed_at,
        max(rated_at) as rated_at,
        max(known_as_of) as known_as_of,
        count(*) as source_rows
    from events
    group by feed, event_no
    having count(*) > 1

),

rows_ranked as (

    select
        events.feed,
        events.event_no,
        events._drop_id,
        events._record,
        row_number() over (
            partition by events.feed, events.event_no
            order by events._as_of, events._sha256, events._record, events._drop_id
        ) as place
    from events
    inner join matters_of_several_rows
        on events.feed = matters_of_several_rows.feed
        and events.event_no = matters_of_several_rows.event_no

),

rows_that_stand_back as (

    select _drop_id, _record
    from rows_ranked
    where place > 1

),

rows_merged as (

    select
        events.feed,
        events.event_no,
        events.category,
        events.source,
        events.unit_name,
        events.area_name,
        events.place_code,
        events.longitude,
        events.latitude,
        {% for stage in [
            'reported', 'accepted', 'dispatched', 'responded', 'arrived', 'handled', 'verified',
            'closed', 'rated',
        ] -%}
        case
            when matters_of_several_rows.feed is null then events.{{ stage }}_at
            else matters_of_several_rows.{{ stage }}_at
        end as {{ stage }}_at,
        {% endfor -%}
        events.time_limit_class,
        events.own_limit_class,
        events.own_due_at,
        events.event_level,
        events.event_scale,
        events.outcome,
        events.has_closing_stage,
        coalesce(matters_of_several_rows.known_as_of, events.known_as_of) as known_as_of,
        coalesce(matters_of_several_rows.source_rows, 1) as source_rows,
        events._drop_id,
        events._record
    from events
    left join rows_that_stand_back
        on events._drop_id = rows_that_stand_back._drop_id
        and events._record = rows_that_stand_back._record
    left join matters_of_several_rows
        on events.feed = matters_of_several_rows.feed
        and events.event_no = matters_of_several_rows.event_no
    where rows_that_stand_back._drop_id is null

),

stages_told as (

    select * from {{ ref('int_event_stage_summed') }}

),

events_with_stages as (

    select
        rows_merged.feed,
        rows_merged.event_no,
        rows_merged.category,
        rows_merged.source,
        rows_merged.unit_name,
        rows_merged.area_name,
        rows_merged.place_code,
        rows_merged.longitude,
        rows_merged.latitude,
        {% for stage in [
            'reported', 'accepted', 'dispatched', 'responded', 'arrived', 'handled', 'verified',
        ] -%}
        least(
            coalesce(rows_merged.{{ stage }}_at, stages_told.{{ stage }}_at),
            coalesce(stages_told.{{ stage }}_at, rows_merged.{{ stage }}_at)
        ) as {{ stage }}_at,
        {% endfor -%}
        {% for stage in ['closed', 'rated'] -%}
        greatest(
            coalesce(rows_merged.{{ stage }}_at, stages_told.{{ stage }}_at),
            coalesce(stages_told.{{ stage }}_at, rows_merged.{{ stage }}_at)
        ) as {{ stage }}_at,
        {% endfor -%}
        stages_told.reopened_at,
        {% for road in [
            'returned', 'extended', 'suspended', 'reopened', 'withdrawn', 'void', 'transferred',
        ] -%}
        coalesce(stages_told.{{ road }}_count, 0) as {{ road }}_count,
        {% endfor -%}
        rows_merged.time_limit_class,
        rows_merged.own_limit_class,
        rows_merged.own_due_at,
        rows_merged.event_level,
        rows_merged.event_scale,
        rows_merged.outcome,
        rows_merged.has_closing_stage,
        greatest(
            rows_merged.known_as_of, coalesce(stages_told.known_as_of, rows_merged.known_as_of)
        ) as known_as_of,
        rows_merged.source_rows + coalesce(stages_told.source_rows, 0) as source_rows,
        rows_merged._drop_id,
        rows_merged._record
    from rows_merged
    left join stages_told
        on rows_merged.feed = stages_told.event_feed
        and rows_merged.event_no = stages_told.event_no

),

events_merged as (

    select
        feed,
        event_no,
        category,
        source,
        unit_name,
        area_name,
        place_code,
        longitude,
        latitude,
        {% for stage in [
            'reported', 'accepted', 'dispatched', 'responded', 'arrived', 'handled', 'verified',
        ] -%}
        {{ stage }}_at,
        {% endfor -%}
        case when reopened_at > closed_at then null else closed_at end as closed_at,
        rated_at,
        {% for road in [
            'returned', 'extended', 'suspended', 'reopened', 'withdrawn', 'void', 'transferred',
        ] -%}
        {{ road }}_count,
        {% endfor -%}
        time_limit_class,
        own_limit_class,
        own_due_at,
        event_level,
        event_scale,
        outcome,
        has_closing_stage,
        known_as_of,
        source_rows,
        _drop_id,
        _record
    from events_with_stages

)

select * from events_merged
