-- A record is its own source row: always the anchor.
with records as (

    select * from {{ ref('int_work_order_step_mapped') }}

),

bridge_work_order_step_source as (

    select
        _drop_id || ':' || cast(_record as {{ text_type() }}) as work_order_step_key,
        feed,
        _drop_id as drop_id,
        _record as record,
        _line as line,
        _sheet as sheet,
        true as is_anchor
    from records

)

select * from bridge_work_order_step_source
