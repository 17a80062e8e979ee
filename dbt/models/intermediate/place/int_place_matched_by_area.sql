-- Lost places that neither name nor parts lead on from, and whose parent says by itself where they
-- are: it had this one part only, so all parts that it has now are what became of it; or it has one
-- part only now, into which all went.
with changes as (

    select * from {{ ref('int_place_change') }}

),

matched as (

    select register_city_code, from_date, to_date, place_code
    from {{ ref('int_place_matched_by_name') }}
    union
    select register_city_code, from_date, to_date, place_code
    from {{ ref('int_place_matched_by_parts') }}

),

parts_before as (

    select register_city_code, from_date, to_date, level, upper_code, count(*) as part_count
    from changes
    where place_code is not null
    group by register_city_code, from_date, to_date, level, upper_code

),

parts_after as (

    select
        register_city_code,
        from_date,
        to_date,
        level,
        to_upper_code as upper_code,
        count(*) as part_count
    from changes
    where to_place_code is not null
    group by register_city_code, from_date, to_date, level, to_upper_code

),

matched_by_area as (

    select
        lost.register_city_code,
        lost.from_date,
        lost.to_date,
        lost.level,
        lost.place_code,
        places_now.to_place_code
    from changes as lost
    inner join parts_before
        on lost.register_city_code = parts_before.register_city_code
        and lost.from_date = parts_before.from_date
        and lost.to_date = parts_before.to_date
        and lost.level = parts_before.level
        and lost.upper_code = parts_before.upper_code
    inner join parts_after
        on lost.register_city_code = parts_after.register_city_code
        and lost.from_date = parts_after.from_date
        and lost.to_date = parts_after.to_date
        and lost.level = parts_after.level
        and lost.upper_code = parts_after.upper_code
    inner join changes as places_now
        on lost.register_city_code = places_now.register_city_code
        and lost.from_date = places_now.from_date
        and lost.to_date = places_now.to_date
        and lost.level = places_now.level
        and lost.upper_code = places_now.to_upper_code
    left join matched
        on lost.register_city_code = matched.register_city_code
        and lost.from_date = matched.from_date
        and lost.to_date = matched.to_date
        and lost.place_code = matched.place_code
    where lost.to_place_code is null
        and matched.place_code is null
        and (parts_before.part_count = 1 or parts_after.part_count = 1)

)

select * from matched_by_area
