-- One row per matter, stage and moment; who did it and for which unit as the latest row says.
{{ latest_rows(ref('int_event_stage_mapped'), ['stage_key']) }},

rows_told as (

    select
        stage_key,
        count(*) as source_rows,
        max(known_as_of) as known_as_of
    from {{ ref('int_event_stage_mapped') }}
    group by stage_key

),

stages_merged as (

    select
        latest_rows.stage_key,
        latest_rows.feed,
        latest_rows.event_feed,
        latest_rows.event_no,
        latest_rows.stage,
        latest_rows.passed_at,
        latest_rows.unit_name,
        latest_rows.staff_no,
        rows_told.known_as_of,
        rows_told.source_rows,
        latest_rows._drop_id,
        latest_rows._record
    from latest_rows
    inner join rows_told on latest_rows.stage_key = rows_told.stage_key

)

select * from stages_merged
