-- Which rows tell of a stage; the latest of them is the anchor.
with source_rows as (

    select
        stage_key,
        feed,
        _drop_id as drop_id,
        _record as record,
        _line as line,
        _sheet as sheet
    from {{ ref('int_event_stage_mapped') }}

),

anchors as (

    select _drop_id, _record from {{ ref('fct_event_stage') }}

),

bridge_event_stage_source as (

    select
        source_rows.stage_key,
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

select * from bridge_event_stage_source
