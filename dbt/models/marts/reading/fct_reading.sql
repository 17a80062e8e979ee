-- Readings of sensors, one row each. A reading is where it says, else where its object stands; an
-- object is known by its number where exactly one bears it.
with records as (

    select * from {{ ref('int_reading_mapped') }}

),

objects_of_one_number as (

    select object_no, min(place_code) as place_code
    from {{ ref('int_object_current') }}
    group by object_no
    having count(*) = 1

),

fct_reading as (

    select
        records._drop_id || ':' || cast(records._record as {{ text_type() }}) as reading_key,
        records.feed,
        records.object_no,
        records.read_at,
        records.quantity,
        records.value,
        records.measure_unit,
        records.place_code,
        objects_of_one_number.object_no is not null as is_object_known,
        places.city_code,
        places.district_code,
        places.street_code,
        places.community_code,
        places.grid_code,
        records._as_of as as_of,
        records._drop_id,
        records._record
    from records
    left join objects_of_one_number on records.object_no = objects_of_one_number.object_no
    left join {{ ref('int_place_code_resolved') }} as places
        on coalesce(records.place_code, objects_of_one_number.place_code) = places.place_code

)

select * from fct_reading
