-- Places as a periodic snapshot: one row per place and register, in that register's boundaries.
with places as (

    select * from {{ ref('int_place_registered') }}

),

fct_place_registered as (

    select
        place_registered_key,
        register_date,
        place_code,
        level,
        place_name,
        urban_rural_code,
        city_code,
        district_code,
        street_code,
        community_code,
        grid_code,
        feed,
        _drop_id,
        _record
    from places

)

select * from fct_place_registered
