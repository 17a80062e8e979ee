-- What residents say: log, visits, hotline calls, call-backs, survey answers; one row each.
with records as (

    select * from {{ ref('int_sentiment_mapped') }}

),

fct_sentiment as (

    select
        records._drop_id || ':' || cast(records._record as {{ text_type() }}) as sentiment_key,
        records.feed,
        records.sentiment_no,
        records.kind,
        records.occurred_at,
        records.unit_name,
        records.staff_no,
        records.category,
        records.score,
        records.weight,
        records.response,
        records.first_contact_at,
        records.resolved_at,
        records.is_resolved,
        records.is_satisfied,
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
    left join {{ ref('int_place_code_resolved') }} as places
        on records.place_code = places.place_code

)

select * from fct_sentiment
