-- Every decision about a published report of a place and period: who signed it, returned it or took
-- the signature back. What follows from them in their order is found when a publication is made.
with decisions as (

    select * from {{ ref('int_sign_off_mapped') }}

),

dim_sign_off as (

    select
        decisions.feed || ':' || decisions.sign_off_no as sign_off_key,
        decisions.feed,
        decisions.sign_off_no,
        decisions.report,
        decisions.place_code,
        decisions.period,
        decisions.decision,
        decisions.unit_code,
        units.unit_name,
        units.kind as unit_kind,
        units.place_code as unit_place_code,
        decisions.decided_at,
        decisions.publication,
        decisions._drop_id,
        decisions._record
    from decisions
    left join {{ ref('int_unit_current') }} as units on decisions.unit_code = units.unit_code

)

select * from dim_sign_off
