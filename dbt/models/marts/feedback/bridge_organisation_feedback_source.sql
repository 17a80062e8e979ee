-- What an answer about an organisation, or its lack, was made of: the row of the list that names the
-- organisation is the anchor, the rows of the unit's answers support it.
with asked as (

    select * from {{ ref('fct_organisation_feedback') }}

),

source_rows as (

    select
        asked.feedback_key,
        organisations.feed,
        organisations.drop_id,
        organisations.record,
        organisations.line,
        organisations.sheet,
        true as is_anchor
    from asked
    inner join {{ ref('bridge_organisation_source') }} as organisations
        on asked.organisation_key = organisations.organisation_key
    where organisations.is_anchor
    union all
    select
        asked.feedback_key,
        answers.feed,
        answers._drop_id as drop_id,
        answers._record as record,
        answers._line as line,
        answers._sheet as sheet,
        false as is_anchor
    from asked
    inner join {{ ref('int_feedback_mapped') }} as answers
        on asked.feed = answers.organisation_feed
        and asked.organisation_no = answers.organisation_no
        and asked.answered_by = answers.answered_by

),

bridge_organisation_feedback_source as (

    select
        feedback_key,
        feed,
        drop_id,
        record,
        line,
        sheet,
        is_anchor
    from source_rows

)

select * from bridge_organisation_feedback_source
