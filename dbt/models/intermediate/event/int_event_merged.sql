-- One row per matter: the earliest of each stage, the latest closing and rating; everything else
-- as its anchor says, the first row to name the matter. Most matters have one row, so only those
-- with several are grouped and ranked.
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

events_merged as (

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

)

select * from events_merged
