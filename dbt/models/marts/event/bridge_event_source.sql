-- Which rows of which drops made a matter; its anchor carries the contribution. The rows of a feed
-- of stages support it.
with source_rows as (

    select
        feed || ':' || event_no as event_key,
        feed,
        _drop_id as drop_id,
        _record as record,
        _line as line,
        _sheet as sheet
    from {{ ref('int_event_mapped') }}
    union all
    select
        stages.event_feed || ':' || stages.event_no as event_key,
        stages.feed,
        stages._drop_id as drop_id,
        stages._record as record,
        stages._line as line,
        stages._sheet as sheet
    from {{ ref('int_event_stage_mapped') }} as stages
    inner join {{ ref('fct_event') }} as events
        on stages.event_feed = events.feed
        and stages.event_no = events.event_no

),

{{ anchored(ref('fct_event'), 'event_key') }}

select * from source_rows_anchored
