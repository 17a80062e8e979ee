-- One row per row in force of every feed of staff: no names, keyed pseudonyms only.
{% set text = dbt.type_string() -%}
with staffs_mapped as (

    {% for feed in feeds('staff_feeds') -%}
    select
        '{{ feed.feed }}' as feed,
        {{ column_or_null(feed.columns, 'staff_no', text) }} as staff_no,
        {{ column_or_null(feed.columns, 'person_pseudonym', text) }} as person_pseudonym,
        {{ column_or_null(feed.columns, 'sex', text) }} as sex,
        {{ column_or_null(feed.columns, 'birth_date', 'date') }} as birth_date,
        {{ column_or_null(feed.columns, 'post', text) }} as post,
        {{ column_or_null(feed.columns, 'unit_code', text) }} as unit_code,
        {{ column_or_null(feed.columns, 'grids_in_charge', text) }} as grids_in_charge,
        {{ column_or_null(feed.columns, 'since', 'date') }} as since,
        {{ column_or_null(feed.columns, 'until', 'date') }} as until,
        {{ lineage_columns() }}
    from {{ ref(feed.model) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from staffs_mapped
