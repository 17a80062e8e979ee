-- Lost streets and districts that no name leads on from: where most of their parts are now. Several
-- rows for one that was split up.
with changes as (

    select * from {{ ref('int_place_change') }}

),

matched as (

    select * from {{ ref('int_place_matched_by_name') }}

),

parts as (

    select
        changes.register_city_code,
        changes.from_date,
        changes.to_date,
        changes.upper_code as place_code,
        coalesce(changes.to_upper_code, gained.to_upper_code) as to_place_code
    from changes
    left join matched
        on changes.register_city_code = matched.register_city_code
        and changes.from_date = matched.from_date
        and changes.to_date = matched.to_date
        and changes.place_code = matched.place_code
    left join changes as gained
        on matched.register_city_code = gained.register_city_code
        and matched.from_date = gained.from_date
        and matched.to_date = gained.to_date
        and matched.to_place_code = gained.to_place_code
    where changes.place_code is not null and changes.level in ('street', 'community')

),

part_counts as (

    select
        register_city_code,
        from_date,
        to_date,
        place_code,
        count(*) as part_count,
        count(to_place_code) as known_count
    from parts
    group by register_city_code, from_date, to_date, place_code

),

lost as (

    select
        changes.register_city_code,
        changes.from_date,
        changes.to_date,
        changes.level,
        changes.place_code
    from changes
    left join matched
        on changes.register_city_code = matched.register_city_code
        and changes.from_date = matched.from_date
        and changes.to_date = matched.to_date
        and changes.place_code = matched.place_code
    where changes.to_place_code is null
        and matched.place_code is null
        and changes.level in ('district', 'street')

),

matched_by_parts as (

    select distinct
        lost.register_city_code,
        lost.from_date,
        lost.to_date,
        lost.level,
        lost.place_code,
        parts.to_place_code
    from lost
    inner join part_counts
        on lost.register_city_code = part_counts.register_city_code
        and lost.from_date = part_counts.from_date
        and lost.to_date = part_counts.to_date
        and lost.place_code = part_counts.place_code
    inner join parts
        on lost.register_city_code = parts.register_city_code
        and lost.from_date = parts.from_date
        and lost.to_date = parts.to_date
        and lost.place_code = parts.place_code
    where parts.to_place_code is not null
        and part_counts.known_count * 2 > part_counts.part_count

)

select * from matched_by_parts
