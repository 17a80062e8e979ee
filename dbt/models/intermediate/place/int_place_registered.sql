-- One row per place and register: what the first row that names it says (its anchor).
with places_exploded as (

    select * from {{ ref('int_place_exploded') }}

),

rows_ranked as (

    select
        *,
        row_number() over (
            partition by register_city_code, register_date, place_code
            order by depth, _record
        ) as place
    from places_exploded

),

places_registered as (

    select
        place_code || '@' || cast(register_date as {{ text_type() }})
        || '@' || register_city_code as place_registered_key,
        register_city_code,
        register_date,
        place_code,
        level,
        place_name,
        parent_code,
        urban_rural_code,
        city_code,
        district_code,
        street_code,
        community_code,
        grid_code,
        feed,
        _drop_id,
        _record
    from rows_ranked
    where place = 1

)

select * from places_registered
