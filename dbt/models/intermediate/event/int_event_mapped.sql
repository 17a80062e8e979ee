-- One row per row in force of every feed of events, under one set of names. How things stand with
-- a matter is known up to the latest drop of that feed from the unit that told of it.
{% set stages = [
    'reported', 'accepted', 'dispatched', 'responded', 'arrived', 'handled', 'verified', 'closed',
    'rated',
] -%}
with units_last_heard as (

    select feed, unit, max(as_of) as known_as_of
    from {{ ref('stg_bookkeeping__drops') }}
    group by feed, unit

),

events_of_feeds as (

    {% for feed in feeds('event_feeds') -%}
    select
        '{{ feed.feed }}' as feed,
        {{ number_of(feed.number) }} as event_no,
        {{ value_of(feed.category, text_type()) }} as category,
        {{ value_of(feed.source, text_type()) }} as source,
        {{ value_of(feed.unit, text_type()) }} as unit_name,
        {{ value_of(feed.area, text_type()) }} as area_name,
        {{ first_filled(feed.place) }} as place_code,
        {% set longitude = value_of(feed.longitude, 'double') -%}
        {% set latitude = value_of(feed.latitude, 'double') -%}
        case when {{ longitude }} <> 0 or {{ latitude }} <> 0 then {{ longitude }} end as longitude,
        case when {{ longitude }} <> 0 or {{ latitude }} <> 0 then {{ latitude }} end as latitude,
        {% for stage in stages -%}
        {% set told = {'column': feed.stages[stage]} if stage in feed.stages else {} -%}
        {{ value_of(told, 'timestamp') }} as {{ stage }}_at,
        {% endfor -%}
        {% set limit = {'constant': feed.time_limit} if feed.time_limit else {} -%}
        {{ value_of(limit, text_type()) }} as time_limit_class,
        {{ value_of(feed.limit_class, text_type()) }} as own_limit_class,
        {% if feed.due and feed.due.is_date -%}
        cast(cast({{ column_name(feed.due.column) }} as {{ text_type() }}) || ' 23:59:59' as timestamp)
            as own_due_at,
        {% else -%}
        {{ value_of(feed.due, 'timestamp') }} as own_due_at,
        {% endif -%}
        {{ value_of(feed.level, text_type()) }} as event_level,
        {{ value_of(feed.scale, text_type()) }} as event_scale,
        {{ value_of(feed.outcome, text_type()) }} as outcome,
        {{ value_of(feed.organisation, text_type()) }} as organisation_no,
        {{ 'true' if feed.has_closing_stage else 'false' }} as has_closing_stage,
        {{ lineage_columns() }}
    from {{ ref(feed.model) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

events_mapped as (

    select
        events_of_feeds.*,
        units_last_heard.known_as_of
    from events_of_feeds
    inner join units_last_heard
        on events_of_feeds.feed = units_last_heard.feed
        and events_of_feeds._unit = units_last_heard.unit

)

select * from events_mapped
