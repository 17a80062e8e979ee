-- One row per organisation of a list and unit that is asked about it, answered or not.
with units_asked as (

    {% for feed in feeds('feedback_feeds') -%}
    select
        '{{ feed.organisation_feed.constant }}' as organisation_feed,
        '{{ feed.answered_by.constant }}' as answered_by
    {{ 'union' if not loop.last }}
    {% else -%}
    select
        cast(null as {{ text_type() }}) as organisation_feed,
        cast(null as {{ text_type() }}) as answered_by
    where false
    {% endfor %}

),

organisations_asked as (

    select
        organisations.*,
        units_asked.answered_by
    from {{ ref('fct_organisation') }} as organisations
    inner join units_asked on organisations.feed = units_asked.organisation_feed

),

fct_organisation_feedback as (

    select
        organisations_asked.organisation_key || ':' || organisations_asked.answered_by as feedback_key,
        organisations_asked.organisation_key,
        organisations_asked.feed,
        organisations_asked.organisation_no,
        organisations_asked.kind,
        organisations_asked.category,
        organisations_asked.answered_by,
        answers.answered_on,
        answers.feedback_key is not null as is_answered,
        answers.feedback_key is null as is_missing,
        coalesce(answers.contradiction_count, 0) as contradiction_count,
        coalesce(answers.contradiction_count > 0, false) as is_contradictory,
        organisations_asked.place_code,
        organisations_asked.city_code,
        organisations_asked.district_code,
        organisations_asked.street_code,
        organisations_asked.community_code,
        organisations_asked.grid_code,
        organisations_asked.as_of,
        organisations_asked._drop_id,
        organisations_asked._record
    from organisations_asked
    left join {{ ref('bridge_organisation_feedback') }} as answers
        on organisations_asked.organisation_key = answers.organisation_key
        and organisations_asked.answered_by = answers.answered_by

)

select * from fct_organisation_feedback
