-- A place's versions: consecutive registers of its city that give it the same name and the same
-- ancestors are one version. A place that a register no longer names ends with that register.
with places as (

    select * from {{ ref('int_place_registered') }}

),

register_dates as (

    select distinct register_city_code, register_date
    from places

),

registers as (

    select
        register_city_code,
        register_date,
        row_number() over (
            partition by register_city_code order by register_date
        ) as register_no,
        lead(register_date) over (
            partition by register_city_code order by register_date
        ) as next_register_date
    from register_dates

),

places_numbered as (

    select
        places.*,
        registers.register_no,
        registers.next_register_date,
        places.level
        || '|' || coalesce(places.place_name, '')
        || '|' || coalesce(places.city_code, '')
        || '|' || coalesce(places.district_code, '')
        || '|' || coalesce(places.street_code, '')
        || '|' || coalesce(places.community_code, '') as identity
    from places
    inner join registers
        on places.register_city_code = registers.register_city_code
        and places.register_date = registers.register_date

),

places_compared as (

    select
        *,
        lag(register_no) over (
            partition by register_city_code, place_code order by register_no
        ) as previous_register_no,
        lag(identity) over (
            partition by register_city_code, place_code order by register_no
        ) as previous_identity
    from places_numbered

),

versions_numbered as (

    select
        *,
        sum(
            case
                when previous_register_no = register_no - 1 and previous_identity = identity then 0
                else 1
            end
        ) over (
            partition by register_city_code, place_code
            order by register_no
            rows between unbounded preceding and current row
        ) as version_no
    from places_compared

),

versions as (

    select
        register_city_code,
        place_code,
        version_no,
        min(register_date) as valid_from,
        max(register_no) as last_register_no
    from versions_numbered
    group by register_city_code, place_code, version_no

),

place_versions as (

    select
        last_row.place_code || '@' || cast(versions.valid_from as {{ text_type() }})
        || '@' || last_row.register_city_code as place_version_key,
        last_row.place_code,
        last_row.level,
        last_row.place_name,
        last_row.parent_code,
        last_row.city_code,
        last_row.district_code,
        last_row.street_code,
        last_row.community_code,
        last_row.grid_code,
        last_row.urban_rural_code,
        versions.valid_from,
        last_row.next_register_date as valid_to,
        last_row.next_register_date is null as is_current
    from versions
    inner join versions_numbered as last_row
        on versions.register_city_code = last_row.register_city_code
        and versions.place_code = last_row.place_code
        and versions.last_register_no = last_row.register_no

)

select * from place_versions
