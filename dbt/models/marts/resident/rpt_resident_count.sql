-- Residents as counts: how many of one kind, sex and age band live in a grid. Not for publication
-- as it is: small counts tell of persons and must be hidden first.
with persons as (

    select * from {{ ref('dim_person') }}

),

rpt_resident_count as (

    select
        city_code,
        district_code,
        street_code,
        community_code,
        grid_code,
        resident_kind,
        sex,
        age_band,
        count(*) as person_count
    from persons
    group by
        city_code, district_code, street_code, community_code, grid_code,
        resident_kind, sex, age_band

)

select * from rpt_resident_count
