-- Residents as they are now, one row each, within the current boundaries: to be counted, never to
-- be scored. A view of the current versions. Age is counted to the latest date that any row of a
-- person speaks of, so that the same drops give the same bands on any day.
with persons as (

    select * from {{ ref('dim_person_history') }}
    where is_current

),

latest as (

    select cast(max(as_of) as date) as told_until from persons

),

persons_aged as (

    select
        persons.*,
        {{ full_years('persons.birth_date', 'latest.told_until') }} as age
    from persons
    cross join latest

),

persons_banded as (

    select
        *,
        case
            when age < 0 or age is null then null
            when age < 6 then '00-05'
            when age < 15 then '06-14'
            when age < 18 then '15-17'
            when age < 35 then '18-34'
            when age < 60 then '35-59'
            when age < 80 then '60-79'
            else '80+'
        end as age_band
    from persons_aged

),

dim_person as (

    select
        persons_banded.person_key,
        persons_banded.resident_kind,
        persons_banded.sex,
        persons_banded.birth_date,
        persons_banded.age_band,
        persons_banded.education,
        persons_banded.marital_status,
        persons_banded.dwelling_code,
        persons_banded.place_code,
        persons_banded.household_no,
        persons_banded.household_key,
        persons_banded.lives_where_registered,
        persons_banded.registered_on,
        places.city_code,
        places.district_code,
        places.street_code,
        places.community_code,
        places.grid_code,
        persons_banded.valid_from,
        persons_banded.as_of
    from persons_banded
    left join {{ ref('int_place_code_resolved') }} as places
        on persons_banded.place_code = places.place_code

)

select * from dim_person
