-- Entrances of buildings, as their dwellings name them.
with dwellings as (

    select * from {{ ref('dim_dwelling') }}
    where entrance_key is not null

),

dim_entrance as (

    select
        entrance_key,
        building_code,
        entrance,
        cast(count(*) as integer) as dwelling_count,
        max(as_of) as as_of
    from dwellings
    group by entrance_key, building_code, entrance

)

select * from dim_entrance
