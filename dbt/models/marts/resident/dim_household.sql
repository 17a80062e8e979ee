-- Households as they are now: persons with one household number in one dwelling, or in one grid
-- where no dwelling is stated. A count of members, nothing about them.
with persons as (

    select * from {{ ref('dim_person') }}
    where household_key is not null

),

dim_household as (

    select
        household_key,
        household_no,
        dwelling_code,
        max(place_code) as place_code,
        cast(count(*) as integer) as member_count,
        max(as_of) as as_of
    from persons
    group by household_key, household_no, dwelling_code

)

select * from dim_household
