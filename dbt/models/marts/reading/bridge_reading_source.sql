-- A record is its own source row: always the anchor.
with records as (

    select * from {{ ref('int_reading_mapped') }}

),

bridge_reading_source as (

    select
        _drop_id || ':' || cast(_record as {{ text_type() }}) as reading_key,
        feed,
        _drop_id as drop_id,
        _record as record,
        _line as line,
        _sheet as sheet,
        true as is_anchor
    from records

)

select * from bridge_reading_source
