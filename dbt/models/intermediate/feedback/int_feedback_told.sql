-- What every latest answer tells, one row per organisation, unit and field that is filled.
{% set told = [] -%}
{% for feed in feeds('feedback_feeds') -%}
{% for name in feed.told %}{% do told.append((feed, name)) %}{% endfor -%}
{% endfor -%}
with answers as (

    select * from {{ ref('int_feedback_current') }}

),

fields_told as (

    {% for feed, name in told -%}
    select
        answers.organisation_feed,
        answers.organisation_no,
        answers.answered_by,
        '{{ name }}' as field_name,
        cast(rows_of_feed.{{ column_name(name) }} as {{ text_type() }}) as told_value
    from answers
    inner join {{ ref(feed.model) }} as rows_of_feed
        on answers._drop_id = rows_of_feed._drop_id
        and answers._record = rows_of_feed._record
    where rows_of_feed.{{ column_name(name) }} is not null
    {{ 'union all' if not loop.last }}
    {% else -%}
    select
        organisation_feed,
        organisation_no,
        answered_by,
        cast(null as {{ text_type() }}) as field_name,
        cast(null as {{ text_type() }}) as told_value
    from answers
    where false
    {% endfor %}

)

select * from fields_told
