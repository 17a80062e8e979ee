-- Places and their versions: five levels of divisions, each as long as it was so.
with places as (

    select * from {{ ref('int_place_versions') }}

),

dim_place as (

    select
        place_version_key,
        place_code,
        level,
        place_name,
        parent_code,
        city_code,
        district_code,
        street_code,
        community_code,
        grid_code,
        urban_rural_code,
        valid_from,
        valid_to,
        is_current
    from places

)

select * from dim_place
