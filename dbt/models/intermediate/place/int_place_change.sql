-- Two consecutive registers of a city laid side by side, forwards and backwards: every place of the
-- one (`from`) beside the place that bears its code in the other (`to`). What only one of them names
-- is lost (to_place_code is null) or gained (place_code is null).
with places as (

    select
        *,
        case level
            when 'grid' then community_code
            when 'community' then street_code
            when 'street' then district_code
            when 'district' then city_code
        end as upper_code,
        case level
            when 'grid' then street_code
            when 'community' then district_code
            when 'street' then city_code
        end as second_upper_code
    from {{ ref('int_place_registered') }}

),

register_dates as (

    select distinct register_city_code, register_date from places

),

forwards as (

    select
        register_city_code,
        register_date as from_date,
        lead(register_date) over (
            partition by register_city_code order by register_date
        ) as to_date
    from register_dates

),

register_pairs as (

    select register_city_code, from_date, to_date
    from forwards
    where to_date is not null
    union all
    select register_city_code, to_date as from_date, from_date as to_date
    from forwards
    where to_date is not null

),

places_from as (

    select register_pairs.from_date, register_pairs.to_date, places.*
    from register_pairs
    inner join places
        on register_pairs.register_city_code = places.register_city_code
        and register_pairs.from_date = places.register_date

),

places_to as (

    select register_pairs.from_date, register_pairs.to_date, places.*
    from register_pairs
    inner join places
        on register_pairs.register_city_code = places.register_city_code
        and register_pairs.to_date = places.register_date

),

place_change as (

    select
        coalesce(places_from.register_city_code, places_to.register_city_code)
            as register_city_code,
        coalesce(places_from.from_date, places_to.from_date) as from_date,
        coalesce(places_from.to_date, places_to.to_date) as to_date,
        coalesce(places_from.level, places_to.level) as level,
        places_from.place_code,
        places_from.place_name,
        places_from.upper_code,
        places_from.second_upper_code,
        places_from.city_code,
        places_from.district_code,
        places_from.street_code,
        places_from.community_code,
        places_to.place_code as to_place_code,
        places_to.place_name as to_place_name,
        places_to.upper_code as to_upper_code,
        places_to.second_upper_code as to_second_upper_code
    from places_from
    full outer join places_to
        on places_from.register_city_code = places_to.register_city_code
        and places_from.from_date = places_to.from_date
        and places_from.to_date = places_to.to_date
        and places_from.place_code = places_to.place_code
        and places_from.level = places_to.level

)

select * from place_change
