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

anchors as (

    select _drop_id, _record from {{ ref('fct_event') }}

),

bridge_event_source as (

    select
        source_rows.event_key,
        source_rows.feed,
        source_rows.drop_id,
        source_rows.record,
        source_rows.line,
        source_rows.sheet,
        anchors._drop_id is not null as is_anchor
    from source_rows
    left join anchors
        on source_rows.drop_id = anchors._drop_id
        and source_rows.record = anchors._record

)

select * from bridge_event_source
