-- Dwellings, each in its building, entrance and grid, and where that is within the current
-- boundaries.
with dwellings as (

    select * from {{ ref('int_dwelling_current') }}

),

dim_dwelling as (

    select
        dwellings.dwelling_code,
        dwellings.building_code,
        dwellings.building_name,
        {{ entrance_key() }} as entrance_key,
        dwellings.entrance,
        dwellings.floor,
        dwellings.room_no,
        dwellings.grid_code as place_code,
        places.city_code,
        places.district_code,
        places.street_code,
        places.community_code,
        places.grid_code,
        dwellings.use,
        dwellings.area,
        dwellings.longitude,
        dwellings.latitude,
        dwellings._as_of as as_of
    from dwellings
    left join {{ ref('int_place_code_resolved') }} as places
        on dwellings.grid_code = places.place_code

)

select * from dim_dwelling
