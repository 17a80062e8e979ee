-- What the units told of an organisation, field by field, and where that contradicts the list or
-- another answer.
with fields_compared as (

    select * from {{ ref('int_feedback_compared') }}

),

bridge_organisation_feedback_value as (

    select
        organisation_feed || ':' || organisation_no || ':' || answered_by as feedback_key,
        organisation_feed || ':' || organisation_no as organisation_key,
        answered_by,
        field_name,
        told_value,
        listed_value,
        is_contradictory
    from fields_compared

)

select * from bridge_organisation_feedback_value
