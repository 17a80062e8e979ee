-- Which unit answered about which organisation, and when: the latest answer of each. Also of
-- organisations that no list has.
with answers as (

    select
        organisation_feed || ':' || organisation_no || ':' || answered_by as feedback_key,
        organisation_feed || ':' || organisation_no as organisation_key,
        feed,
        answered_by,
        answered_on,
        _drop_id,
        _record
    from {{ ref('int_feedback_current') }}

),

contradictions as (

    select feedback_key, count(*) as contradiction_count
    from {{ ref('bridge_organisation_feedback_value') }}
    where is_contradictory
    group by feedback_key

),

bridge_organisation_feedback as (

    select
        answers.feedback_key,
        answers.organisation_key,
        answers.feed,
        answers.answered_by,
        answers.answered_on,
        organisations.organisation_key is not null as is_known,
        cast(coalesce(contradictions.contradiction_count, 0) as integer) as contradiction_count,
        answers._drop_id,
        answers._record
    from answers
    left join {{ ref('fct_organisation') }} as organisations
        on answers.organisation_key = organisations.organisation_key
    left join contradictions on answers.feedback_key = contradictions.feedback_key

)

select * from bridge_organisation_feedback
