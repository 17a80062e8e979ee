-- Activities: patrols, training, campaigns, volunteers. Without a place of its own it is where its unit is.
with records as (

    select * from {{ ref('int_activity_mapped') }}

),

fct_activity as (

    select
        records._drop_id || ':' || cast(records._record as {{ text_type() }}) as activity_key,
        records.feed,
        records.activity_no,
        records.kind,
        records.category,
        records.occurred_at,
        records.unit_name,
        records.staff_no,
        records.amount,
        records.object_no,
        records.organisation_no,
        records.place_code,
        places.city_code,
        places.district_code,
        places.street_code,
        places.community_code,
        places.grid_code,
        records._as_of as as_of,
        records._drop_id,
        records._record
    from records
    left join {{ ref('int_unit_current') }} as units on records.unit_name = units.unit_code
    left join {{ ref('int_place_code_resolved') }} as places
        on coalesce(records.place_code, units.place_code) = places.place_code

)

select * from fct_activity
