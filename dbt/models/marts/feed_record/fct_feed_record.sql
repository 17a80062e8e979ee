-- Every row in force of every feed that is not about residents, one row each.
with records as (

    select * from {{ ref('int_feed_record_mapped') }}

),

fct_feed_record as (

    select
        records._drop_id || ':' || cast(records._record as {{ text_type() }}) as record_key,
        records.feed,
        records._unit as unit,
        records._drop_id as drop_id,
        records._record as record,
        records._line as line,
        records._sheet as sheet,
        records._as_of as as_of,
        records.occurred_on,
        records.place_code,
        places.city_code,
        places.district_code,
        places.street_code,
        places.community_code,
        places.grid_code
    from records
    left join {{ ref('int_place_code_resolved') }} as places
        on records.place_code = places.place_code

)

select * from fct_feed_record
