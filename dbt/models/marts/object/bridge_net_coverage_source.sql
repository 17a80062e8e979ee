-- What a net's coverage of a community was made of: the register row that names the community is
-- the anchor, the rows of the resources there support it.
with coverage as (

    select * from {{ ref('fct_net_coverage') }}

),

source_rows as (

    select
        coverage.net_coverage_key,
        communities.feed,
        communities.drop_id,
        communities.record,
        communities.line,
        communities.sheet,
        true as is_anchor
    from coverage
    inner join {{ ref('fct_place_registered') }} as places
        on coverage.place_code = places.place_code
        and coverage.register_date = places.register_date
        and coverage.city_code = places.city_code
    inner join {{ ref('bridge_place_source') }} as communities
        on places.place_registered_key = communities.place_registered_key
    where communities.is_anchor
    union all
    select
        coverage.net_coverage_key,
        resources.feed,
        resources.drop_id,
        resources.record,
        resources.line,
        resources.sheet,
        false as is_anchor
    from coverage
    inner join {{ ref('fct_object') }} as objects
        on coverage.net = objects.net
        and coverage.community_code = objects.community_code
    inner join {{ ref('bridge_object_source') }} as resources
        on objects.object_key = resources.object_key
    where resources.is_anchor

),

bridge_net_coverage_source as (

    select
        net_coverage_key,
        feed,
        drop_id,
        record,
        line,
        sheet,
        is_anchor
    from source_rows

)

select * from bridge_net_coverage_source
