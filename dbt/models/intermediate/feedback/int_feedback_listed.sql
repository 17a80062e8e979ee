-- What the list itself says of its organisations, in the fields that some answer tells as well.
{% set listed = [] -%}
{% for feed in feeds('feedback_lists') -%}
{% for name in feed.told %}{% do listed.append((feed, name)) %}{% endfor -%}
{% endfor -%}
with organisations as (

    select * from {{ ref('int_organisation_current') }}

),

fields_listed as (

    {% for feed, name in listed -%}
    select
        organisations.feed as organisation_feed,
        organisations.organisation_no,
        '{{ name }}' as field_name,
        cast(rows_of_list.{{ column_name(name) }} as {{ text_type() }}) as listed_value
    from organisations
    inner join {{ ref(feed.model) }} as rows_of_list
        on organisations._drop_id = rows_of_list._drop_id
        and organisations._record = rows_of_list._record
    where organisations.feed = '{{ feed.feed }}' and rows_of_list.{{ column_name(name) }} is not null
    {{ 'union all' if not loop.last }}
    {% else -%}
    select
        feed as organisation_feed,
        organisation_no,
        cast(null as {{ text_type() }}) as field_name,
        cast(null as {{ text_type() }}) as listed_value
    from organisations
    where false
    {% endfor %}

)

select * from fields_listed
