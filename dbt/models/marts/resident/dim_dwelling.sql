-- Dwellings, each in its building and grid.
with dwellings as (

    select * from {{ ref('int_dwelling_current') }}

),

dim_dwelling as (

    select
        dwelling_code,
        building_code,
        building_name,
        entrance,
        floor,
        room_no,
        grid_code,
        use,
        area,
        longitude,
        latitude,
        _as_of as as_of
    from dwellings

)

select * from dim_dwelling
