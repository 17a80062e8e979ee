-- The centre's own units: who works with whom, from the city down to the community.
with units as (

    select * from {{ ref('int_unit_current') }}

),

dim_unit as (

    select
        unit_code,
        unit_name,
        level,
        kind,
        credit_code,
        parent_code,
        place_code,
        _as_of as as_of
    from units

)

select * from dim_unit
