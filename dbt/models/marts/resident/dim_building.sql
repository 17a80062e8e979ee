-- Buildings on the map: where each is within the current boundaries, and what is in it.
with buildings as (

    select * from {{ ref('int_building_current') }}

),

dim_building as (

    select
        buildings.building_code,
        buildings.building_name,
        buildings.grid_code as place_code,
        places.city_code,
        places.district_code,
        places.street_code,
        places.community_code,
        places.grid_code,
        buildings.longitude,
        buildings.latitude,
        buildings.use,
        buildings.floors,
        buildings.area,
        cast(buildings.entrance_count as integer) as entrance_count,
        cast(buildings.dwelling_count as integer) as dwelling_count,
        buildings.is_registered,
        buildings.longitude is not null as has_coordinates,
        coalesce(places.grid_code = buildings.grid_code, false) as has_known_grid,
        buildings.as_of
    from buildings
    left join {{ ref('int_place_code_resolved') }} as places
        on buildings.grid_code = places.place_code

)

select * from dim_building
