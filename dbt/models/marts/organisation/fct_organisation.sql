-- Organisations, one row each, where they are within the current boundaries.
with organisations as (

    select * from {{ ref('int_organisation_current') }}

),

fct_organisation as (

    select
        feed || ':' || organisation_no as organisation_key,
        feed,
        organisation_no,
        organisation_name,
        kind,
        category,
        place_code,
        city_code,
        district_code,
        street_code,
        community_code,
        grid_code,
        as_of,
        cast(source_rows as integer) as source_rows,
        _drop_id,
        _record
    from organisations

)

select * from fct_organisation
