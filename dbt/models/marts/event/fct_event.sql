-- Matters, one row each, as an accumulating snapshot of their stages. Whether a matter was due and
-- handled in time is judged as of the latest drop that its unit sent. The limit is the
-- deadline or class that the record names, else its category's, else the contract's. What was withdrawn or declared void is due
-- no more, unless it was closed.
with events as (

    select * from {{ ref('int_event_merged') }}

),

events_limited as (

    select
        events.*,
        case when events.has_closing_stage then time_limits.hours end as time_limit_hours
    from events
    left join {{ ref('category_time_limits') }} as category_time_limits
        on events.feed = category_time_limits.feed
        and events.category = category_time_limits.category
    left join {{ ref('time_limits') }} as time_limits
        on coalesce(
            events.own_limit_class, category_time_limits.time_limit_class, events.time_limit_class
        ) = time_limits.time_limit_class

),

events_dated as (

    select
        *,
        case
            when has_closing_stage
                then coalesce(own_due_at, {{ hours_later('reported_at', 'time_limit_hours') }})
        end as due_at,
        coalesce(
            least(
                coalesce(accepted_at, reported_at), coalesce(dispatched_at, reported_at),
                coalesce(responded_at, reported_at), coalesce(arrived_at, reported_at),
                coalesce(handled_at, reported_at), coalesce(verified_at, reported_at),
                coalesce(closed_at, reported_at), coalesce(rated_at, reported_at)
            ) < reported_at,
            false
        ) as has_impossible_times
    from events_limited

),

events_judged as (

    select
        *,
        coalesce(
            due_at <= known_as_of
            and (
                closed_at is not null or not coalesce(withdrawn_count > 0 or void_count > 0, false)
            ),
            false
        ) as is_due
    from events_dated

),

fct_event as (

    select
        events_judged.feed || ':' || events_judged.event_no as event_key,
        events_judged.feed,
        events_judged.event_no,
        coalesce(events_judged.category, '未分类') as category,
        events_judged.source,
        events_judged.unit_name,
        events_judged.area_name,
        events_judged.event_level,
        events_judged.event_scale,
        events_judged.outcome,
        events_judged.place_code,
        places.city_code,
        places.district_code,
        places.street_code,
        places.community_code,
        places.grid_code,
        events_judged.longitude,
        events_judged.latitude,
        events_judged.reported_at,
        cast({{ iso_weekday('events_judged.reported_at') }} as {{ text_type() }}) as reported_weekday,
        case
            when
                extract(hour from events_judged.reported_at)
                + extract(minute from events_judged.reported_at)
                + extract(second from events_judged.reported_at) > 0
                then lpad(
                        cast(extract(hour from events_judged.reported_at) as {{ text_type() }}), 2, '0'
                    )
        end as reported_hour,
        events_judged.accepted_at,
        events_judged.dispatched_at,
        events_judged.responded_at,
        events_judged.arrived_at,
        events_judged.handled_at,
        events_judged.verified_at,
        events_judged.closed_at,
        events_judged.rated_at,
        {% for road in [
            'returned', 'extended', 'suspended', 'reopened', 'withdrawn', 'void', 'transferred',
        ] -%}
        cast(events_judged.{{ road }}_count as integer) as {{ road }}_count,
        {% endfor -%}
        events_judged.time_limit_hours,
        events_judged.due_at,
        events_judged.known_as_of as as_of,
        events_judged.is_due,
        events_judged.closed_at is not null as is_closed,
        events_judged.has_impossible_times,
        coalesce(
            events_judged.is_due
            and events_judged.closed_at <= events_judged.due_at
            and not events_judged.has_impossible_times,
            false
        ) as is_in_time,
        events_judged.is_due
        and (events_judged.closed_at is null or events_judged.closed_at > events_judged.due_at)
            as is_overdue,
        case
            when not events_judged.has_impossible_times
                then {{ hours_between('events_judged.reported_at', 'events_judged.closed_at') }}
        end as handling_hours,
        cast(events_judged.source_rows as integer) as source_rows,
        events_judged._drop_id,
        events_judged._record
    from events_judged
    left join {{ ref('int_place_code_resolved') }} as places
        on events_judged.place_code = places.place_code

)

select * from fct_event
