-- One row per row in force of every feed of staff: no names, keyed pseudonyms only.
with staffs_mapped as (

    {% for feed in feeds('staff_feeds') -%}
    select
        '{{ feed.feed }}' as feed,
        {{ column_or_null(feed.columns, 'staff_no', text_type()) }} as staff_no,
        {{ column_or_null(feed.columns, 'person_pseudonym', text_type()) }} as person_pseudonym,
        {{ column_or_null(feed.columns, 'sex', text_type()) }} as sex,
        {{ column_or_null(feed.columns, 'birth_date', 'date') }} as birth_date,
        {{ column_or_null(feed.columns, 'post', text_type()) }} as post,
        {{ column_or_null(feed.columns, 'unit_code', text_type()) }} as unit_code,
        {{ column_or_null(feed.columns, 'grids_in_charge', text_type()) }} as grids_in_charge,
        {{ column_or_null(feed.columns, 'since', 'date') }} as since,
        {{ column_or_null(feed.columns, 'until', 'date') }} as until,
        {{ lineage_columns() }}
    from {{ ref(feed.model) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from staffs_mapped
