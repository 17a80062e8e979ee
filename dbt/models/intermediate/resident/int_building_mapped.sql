-- One row per row in force of every feed of buildings; none where no feed is about buildings.
{% set buildings = feeds('building_feeds') -%}
with buildings_mapped as (

    {% for feed in buildings -%}
    select
        '{{ feed.feed }}' as feed,
        {{ building_columns(feed.columns) }},
        {{ lineage_columns() }}
    from {{ ref(feed.model) }}
    {{ 'union all' if not loop.last }}
    {% else -%}
    select
        cast(null as {{ text_type() }}) as feed,
        {{ building_columns([]) }},
        cast(null as {{ text_type() }}) as _drop_id,
        cast(null as bigint) as _record,
        cast(null as bigint) as _line,
        cast(null as {{ text_type() }}) as _sheet,
        cast(null as {{ text_type() }}) as _unit,
        cast(null as timestamp) as _as_of,
        cast(null as {{ text_type() }}) as _sha256
    where false
    {% endfor %}

)

select * from buildings_mapped
