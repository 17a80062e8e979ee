-- Residents under keyed pseudonyms: to be counted, never to be scored.
with persons as (

    select * from {{ ref('int_person_current') }}

),

dim_person as (

    select
        person_key,
        resident_kind,
        sex,
        birth_date,
        education,
        marital_status,
        dwelling_code,
        grid_code,
        household_no,
        lives_where_registered,
        registered_on,
        _as_of as as_of
    from persons

)

select * from dim_person
