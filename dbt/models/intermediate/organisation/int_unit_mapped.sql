-- One row per row in force of every feed of the centre's own units.
with units_mapped as (

    {% for feed in feeds('unit_feeds') -%}
    select
        '{{ feed.feed }}' as feed,
        {{ column_or_null(feed.columns, 'unit_code', text_type()) }} as unit_code,
        {{ column_or_null(feed.columns, 'unit_name', text_type()) }} as unit_name,
        {{ column_or_null(feed.columns, 'level', text_type()) }} as level,
        {{ column_or_null(feed.columns, 'kind', text_type()) }} as kind,
        {{ column_or_null(feed.columns, 'credit_code', text_type()) }} as credit_code,
        {{ column_or_null(feed.columns, 'parent_code', text_type()) }} as parent_code,
        {{ column_or_null(feed.columns, 'place_code', text_type()) }} as place_code,
        {{ lineage_columns() }}
    from {{ ref(feed.model) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from units_mapped
