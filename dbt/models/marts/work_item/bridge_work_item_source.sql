-- What a work item was made of: the rows by which the unit told of it, the latest of them the anchor;
-- where it told nothing, the row that names the unit.
with work_items as (

    select * from {{ ref('fct_work_item') }}

),

source_rows as (

    select
        records.work_item_key,
        records.feed,
        records._drop_id as drop_id,
        records._record as record,
        records._line as line,
        records._sheet as sheet,
        work_items._drop_id = records._drop_id and work_items._record = records._record as is_anchor
    from {{ ref('int_work_item_mapped') }} as records
    inner join work_items on records.work_item_key = work_items.work_item_key
    union all
    select
        work_items.work_item_key,
        units.feed,
        units._drop_id as drop_id,
        units._record as record,
        units._line as line,
        units._sheet as sheet,
        true as is_anchor
    from work_items
    inner join {{ ref('int_unit_current') }} as units on work_items.unit_code = units.unit_code
    where not work_items.is_told

),

bridge_work_item_source as (

    select
        work_item_key,
        feed,
        drop_id,
        record,
        line,
        sheet,
        is_anchor
    from source_rows

)

select * from bridge_work_item_source
