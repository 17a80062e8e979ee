-- One row per building: as the latest row of a feed of buildings says; what that leaves open, and
-- buildings that only dwellings name, from their dwellings (of several that differ, the dwelling
-- with the greatest code). Coordinates 0, 0 are none.
{{ latest_rows(ref('int_building_mapped'), ['building_code']) }},

dwellings as (

    select
        *,
        longitude is not null and latitude is not null and not (longitude = 0 and latitude = 0)
            as has_coordinates
    from {{ ref('int_dwelling_current') }}
    where building_code is not null

),

of_dwellings as (

    select
        building_code,
        max_by(building_name, dwelling_code) filter (where building_name is not null)
            as building_name,
        max_by(grid_code, dwelling_code) filter (where grid_code is not null) as grid_code,
        max_by(longitude, dwelling_code) filter (where has_coordinates) as longitude,
        max_by(latitude, dwelling_code) filter (where has_coordinates) as latitude,
        count(*) as dwelling_count,
        count(distinct entrance) as entrance_count,
        max(_as_of) as as_of
    from dwellings
    group by building_code

),

registered as (

    select
        *,
        longitude is not null and latitude is not null and not (longitude = 0 and latitude = 0)
            as has_coordinates
    from latest_rows
    where building_code is not null

),

building_current as (

    select
        coalesce(registered.building_code, of_dwellings.building_code) as building_code,
        coalesce(registered.building_name, of_dwellings.building_name) as building_name,
        coalesce(registered.grid_code, of_dwellings.grid_code) as grid_code,
        case when registered.has_coordinates then registered.longitude else of_dwellings.longitude end
            as longitude,
        case when registered.has_coordinates then registered.latitude else of_dwellings.latitude end
            as latitude,
        registered.use,
        registered.floors,
        registered.area,
        coalesce(of_dwellings.entrance_count, 0) as entrance_count,
        coalesce(of_dwellings.dwelling_count, 0) as dwelling_count,
        registered.building_code is not null as is_registered,
        coalesce(registered._as_of, of_dwellings.as_of) as as_of
    from registered
    full outer join of_dwellings on registered.building_code = of_dwellings.building_code

)

select * from building_current
