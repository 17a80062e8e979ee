-- Staff of the units with post and grids in charge; no names.
with staff as (

    select * from {{ ref('int_staff_current') }}

),

dim_staff as (

    select
        staff_no,
        person_pseudonym,
        sex,
        birth_date,
        post,
        unit_code,
        grids_in_charge,
        since,
        until,
        _as_of as as_of
    from staff

)

select * from dim_staff
