-- One row per place in force. Where two cities' registers name one code, the newer register holds.
with places as (

    select * from {{ ref('int_place_versions') }}
    where is_current

),

places_ranked as (

    select
        *,
        row_number() over (
            partition by place_code order by valid_from desc, city_code asc
        ) as place
    from places

),

places_current as (

    select
        place_code,
        level,
        place_name,
        city_code,
        district_code,
        street_code,
        community_code,
        grid_code
    from places_ranked
    where place = 1

)

select * from places_current
