-- One row per row in force of every feed of stages, under one set of names. Whatever is told twice of
-- one matter, stage and moment is one stage: they share the key.
with stages_of_feeds as (

    {{ rows_of_feeds(feeds('event_stage_feeds'), [
        ('event_feed', 'event_feed', text_type()),
        ('event_no', 'number', text_type()),
        ('stage', 'stage', text_type()),
        ('passed_at', 'at', 'timestamp'),
        ('unit_name', 'unit', text_type()),
        ('staff_no', 'staff', text_type()),
    ]) }}

),

units_last_heard as (

    select feed, unit, max(as_of) as known_as_of
    from {{ ref('stg_bookkeeping__drops') }}
    group by feed, unit

),

stages_mapped as (

    select
        stages_of_feeds.event_feed || ':' || stages_of_feeds.event_no || ':'
        || coalesce(stages_of_feeds.stage, '') || ':'
        || coalesce(cast(stages_of_feeds.passed_at as {{ text_type() }}), '') as stage_key,
        stages_of_feeds.*,
        units_last_heard.known_as_of
    from stages_of_feeds
    inner join units_last_heard
        on stages_of_feeds.feed = units_last_heard.feed
        and stages_of_feeds._unit = units_last_heard.unit

)

select * from stages_mapped
