-- Every row of a register that names a place; the first of them is the anchor.
with rows_naming as (

    select * from {{ ref('int_place_exploded') }}

),

registered as (

    select * from {{ ref('int_place_registered') }}

),

bridge_place_source as (

    select
        registered.place_registered_key,
        rows_naming.feed,
        rows_naming._drop_id as drop_id,
        rows_naming._record as record,
        rows_naming._line as line,
        rows_naming._sheet as sheet,
        rows_naming._drop_id = registered._drop_id
        and rows_naming._record = registered._record as is_anchor
    from rows_naming
    inner join registered
        on rows_naming.register_city_code = registered.register_city_code
        and rows_naming.register_date = registered.register_date
        and rows_naming.place_code = registered.place_code
        and rows_naming.level = registered.level

)

select * from bridge_place_source
