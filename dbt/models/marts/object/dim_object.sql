-- Objects as a dimension: what they are, what they are called, where they stand on the map.
with objects as (

    select * from {{ ref('int_object_current') }}

),

dim_object as (

    select
        feed || ':' || object_no as object_key,
        feed,
        object_no,
        object_name,
        kind,
        state,
        net,
        place_code,
        longitude,
        latitude,
        as_of
    from objects

)

select * from dim_object
