-- Organisations as a dimension: what they are called and what they are.
with organisations as (

    select * from {{ ref('int_organisation_current') }}

),

dim_organisation as (

    select
        feed || ':' || organisation_no as organisation_key,
        feed,
        organisation_no,
        organisation_name,
        kind,
        category,
        place_code,
        as_of
    from organisations

)

select * from dim_organisation
