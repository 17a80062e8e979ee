{#
  One row per row in force of every feed of an element, under one set of names.

  `attributes`: (column, role, type) in the order of the columns. A role is an entry of the feed's
  mapping (ingestion/contracts/centre.py): `number` makes one text of several columns, `place` is
  the first that is filled, any other is a column, a constant or nothing. An element without any
  feed has the same columns and no row.
#}
{% macro rows_of_feeds(element_feeds, attributes) -%}
    {%- for feed in element_feeds %}
    select
        '{{ feed.feed }}' as feed,
        {% for column, role, data_type in attributes -%}
        {%- if role == 'number' -%}
        {{ number_of(feed.number) }} as {{ column }},
        {% elif role == 'place' -%}
        {{ first_filled(feed.place) }} as {{ column }},
        {% else -%}
        {{ value_of(feed[role], data_type) }} as {{ column }},
        {% endif -%}
        {% endfor -%}
        {{ lineage_columns() }}
    from {{ ref(feed.model) }}
    {{ 'union all' if not loop.last }}
    {%- else %}
    select
        cast(null as {{ text_type() }}) as feed,
        {% for column, role, data_type in attributes -%}
        cast(null as {{ data_type }}) as {{ column }},
        {% endfor -%}
        cast(null as {{ text_type() }}) as _drop_id,
        cast(null as bigint) as _record,
        cast(null as bigint) as _line,
        cast(null as {{ text_type() }}) as _sheet,
        cast(null as {{ text_type() }}) as _unit,
        cast(null as timestamp) as _as_of,
        cast(null as {{ text_type() }}) as _sha256
    where false
    {%- endfor %}
{%- endmacro %}
