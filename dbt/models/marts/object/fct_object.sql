-- Objects, one row each, where they are within the current boundaries.
with objects as (

    select * from {{ ref('int_object_current') }}

),

fct_object as (

    select
        objects.feed || ':' || objects.object_no as object_key,
        objects.feed,
        objects.object_no,
        objects.kind,
        objects.state,
        objects.net,
        objects.net is not null as has_net,
        objects.place_code,
        places.city_code,
        places.district_code,
        places.street_code,
        places.community_code,
        places.grid_code,
        objects.as_of,
        cast(objects.source_rows as integer) as source_rows,
        objects._drop_id,
        objects._record
    from objects
    left join {{ ref('int_place_code_resolved') }} as places
        on objects.place_code = places.place_code

)

select * from fct_object
