-- Person to dwelling, dwelling into building, building onto the map: for each place and link of the
-- chain, how many things should have the link and how many lack it. Counts, no keys.
with buildings as (

    select * from {{ ref('dim_building') }}

),

registers as (

    select count(*) filter (where is_registered) > 0 as there_are from buildings

),

persons_linked as (

    select
        persons.city_code,
        persons.district_code,
        persons.street_code,
        persons.community_code,
        persons.dwelling_code is not null as has_code,
        dwellings.dwelling_code is not null as is_known
    from {{ ref('dim_person') }} as persons
    left join {{ ref('dim_dwelling') }} as dwellings
        on persons.dwelling_code = dwellings.dwelling_code

),

dwellings_linked as (

    select
        dwellings.city_code,
        dwellings.district_code,
        dwellings.street_code,
        dwellings.community_code,
        buildings.building_code is not null
        and (buildings.is_registered or not registers.there_are) as has_building
    from {{ ref('dim_dwelling') }} as dwellings
    left join buildings on dwellings.building_code = buildings.building_code
    cross join registers

),

links as (

    {% for link, relation, counted, broken in [
        ('person_has_dwelling_code', 'persons_linked', 'true', 'not has_code'),
        ('person_dwelling_is_known', 'persons_linked', 'has_code', 'not is_known'),
        ('dwelling_has_building', 'dwellings_linked', 'true', 'not has_building'),
        ('building_has_coordinates', 'buildings', 'true', 'not has_coordinates'),
        ('building_grid_is_known', 'buildings', 'true', 'not has_known_grid'),
    ] -%}
    select
        '{{ link }}' as link,
        city_code,
        district_code,
        street_code,
        community_code,
        count(*) filter (where {{ counted }}) as thing_count,
        count(*) filter (where {{ counted }} and {{ broken }}) as broken_count
    from {{ relation }}
    group by city_code, district_code, street_code, community_code
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

rpt_residence_chain as (

    select
        link,
        city_code,
        district_code,
        street_code,
        community_code,
        thing_count,
        broken_count
    from links

)

select * from rpt_residence_chain
