-- One row per unit, item, period and phase: what the latest row says, and when it was first told.
{{ latest_rows(ref('int_work_item_mapped'), ['work_item_key']) }},

rows_told as (

    select
        work_item_key,
        count(*) as source_rows,
        min(told_at) as first_told_at
    from {{ ref('int_work_item_mapped') }}
    group by work_item_key

),

work_items_current as (

    select
        latest_rows.*,
        rows_told.first_told_at,
        rows_told.source_rows
    from latest_rows
    inner join rows_told on latest_rows.work_item_key = rows_told.work_item_key

)

select * from work_items_current
