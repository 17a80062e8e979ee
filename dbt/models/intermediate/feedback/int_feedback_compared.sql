-- What every answer tells beside what the list says. An answer contradicts the list where the two
-- differ; where the list is silent on a field that it has, it contradicts another answer that differs.
-- Fields that the list does not have are the unit's own and are not compared.
{% set compared = [] -%}
{% for feed in feeds('feedback_lists') -%}
{% for name in feed.told %}{% do compared.append((feed.feed, name)) %}{% endfor -%}
{% endfor -%}
with fields_told as (

    select * from {{ ref('int_feedback_told') }}

),

fields_shared as (

    {% for feed, name in compared -%}
    select
        '{{ feed }}' as organisation_feed,
        '{{ name }}' as field_name
    {{ 'union all' if not loop.last }}
    {% else -%}
    select
        cast(null as {{ text_type() }}) as organisation_feed,
        cast(null as {{ text_type() }}) as field_name
    where false
    {% endfor %}

),

answers_together as (

    select
        organisation_feed,
        organisation_no,
        field_name,
        min(told_value) as lowest_value,
        max(told_value) as highest_value
    from fields_told
    group by organisation_feed, organisation_no, field_name

),

fields_compared as (

    select
        fields_told.organisation_feed,
        fields_told.organisation_no,
        fields_told.answered_by,
        fields_told.field_name,
        fields_told.told_value,
        fields_listed.listed_value,
        fields_shared.field_name is not null
        and (
            coalesce(fields_told.told_value <> fields_listed.listed_value, false)
            or (
                fields_listed.listed_value is null
                and answers_together.lowest_value <> answers_together.highest_value
            )
        ) as is_contradictory
    from fields_told
    inner join answers_together
        on fields_told.organisation_feed = answers_together.organisation_feed
        and fields_told.organisation_no = answers_together.organisation_no
        and fields_told.field_name = answers_together.field_name
    left join fields_shared
        on fields_told.organisation_feed = fields_shared.organisation_feed
        and fields_told.field_name = fields_shared.field_name
    left join {{ ref('int_feedback_listed') }} as fields_listed
        on fields_told.organisation_feed = fields_listed.organisation_feed
        and fields_told.organisation_no = fields_listed.organisation_no
        and fields_told.field_name = fields_listed.field_name

)

select * from fields_compared
