-- What residents say: log, visits, hotline calls, call-backs, survey answers; one row each.
with records as (

    select * from {{ ref('int_sentiment_mapped') }}

),

first_contact_limit as (

    select hours
    from {{ ref('time_limits') }}
    where time_limit_class = 'first_contact'

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
        coalesce(
            records.first_contact_at >= records.occurred_at
            and {{ hours_between('records.occurred_at', 'records.first_contact_at') }}
            <= first_contact_limit.hours,
            false
        ) as is_first_contact_in_time,
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
    cross join first_contact_limit
    left join {{ ref('int_place_code_resolved') }} as places
        on records.place_code = places.place_code

)

select * from fct_sentiment
