-- Whether a prevention net reaches a community: one row per net and community of the register in
-- force, covered where at least one resource of the net is known to be there.
with latest_registers as (

    select city_code, max(register_date) as register_date
    from {{ ref('fct_place_registered') }}
    group by city_code

),

communities as (

    select places.*
    from {{ ref('fct_place_registered') }} as places
    inner join latest_registers
        on places.city_code = latest_registers.city_code
        and places.register_date = latest_registers.register_date
    inner join {{ ref('int_place_current') }} as places_current
        on places.place_code = places_current.place_code
        and places.city_code = places_current.city_code
    where places.level = 'community'

),

resources as (

    select net, community_code, count(*) as resource_count
    from {{ ref('fct_object') }}
    where has_net and community_code is not null
    group by net, community_code

),

fct_net_coverage as (

    select
        nets.net || ':' || communities.place_code as net_coverage_key,
        nets.net,
        communities.register_date,
        communities.place_code,
        communities.city_code,
        communities.district_code,
        communities.street_code,
        communities.community_code,
        communities.grid_code,
        cast(coalesce(resources.resource_count, 0) as integer) as resource_count,
        resources.resource_count is not null as is_covered,
        communities._drop_id,
        communities._record
    from communities
    cross join {{ ref('dim_prevention_net') }} as nets
    left join resources
        on communities.place_code = resources.community_code
        and nets.net = resources.net

)

select * from fct_net_coverage
