{# A column of a feed. Always quoted, in the engine's own way: a field may be called `order`. #}
{% macro column_name(name) -%}
    {{ adapter.quote(name) }}
{%- endmacro %}


{# What fills an attribute of an element: {column: …}, {constant: …} or nothing (centre.py). #}
{% macro value_of(mapping, data_type) -%}
    {%- if mapping and 'column' in mapping -%}
        cast({{ column_name(mapping['column']) }} as {{ data_type }})
    {%- elif mapping and 'constant' in mapping -%}
        cast('{{ mapping['constant'] | replace("'", "''") }}' as {{ data_type }})
    {%- else -%}
        cast(null as {{ data_type }})
    {%- endif -%}
{%- endmacro %}


{# A column where the feed has it, null of that type where it has not. #}
{% macro column_or_null(columns, name, data_type) -%}
    {{ value_of({'column': name} if name in columns else {}, data_type) }}
{%- endmacro %}


{# The first filled of several columns, as text. #}
{% macro first_filled(columns) -%}
    {%- if columns | length == 0 -%}
        cast(null as {{ text_type() }})
    {%- elif columns | length == 1 -%}
        cast({{ column_name(columns[0]) }} as {{ text_type() }})
    {%- else -%}
        coalesce(
            {%- for name in columns -%}
            cast({{ column_name(name) }} as {{ text_type() }}){{ ', ' if not loop.last }}
            {%- endfor -%}
        )
    {%- endif -%}
{%- endmacro %}


{#
  The number of a matter or an organisation: its columns joined by a bar. A row without any
  number stands for itself, under its drop and record.
#}
{% macro number_of(columns) -%}
    {%- set own = "_drop_id || ':' || cast(_record as " ~ text_type() ~ ")" -%}
    {%- if columns | length == 0 -%}
        {{ own }}
    {%- elif columns | length == 1 -%}
        coalesce(cast({{ column_name(columns[0]) }} as {{ text_type() }}), {{ own }})
    {%- else -%}
        case
            when coalesce(
                {%- for name in columns -%}
                cast({{ column_name(name) }} as {{ text_type() }}){{ ', ' if not loop.last }}
                {%- endfor -%}
            ) is null then {{ own }}
            else {% for name in columns -%}
            coalesce(cast({{ column_name(name) }} as {{ text_type() }}), '')
            {{- " || '|' || " if not loop.last }}
            {%- endfor %}
        end
    {%- endif -%}
{%- endmacro %}


{# A list of feeds that the contracts made; dbt is run through civic, which passes it. #}
{% macro feeds(name) -%}
    {%- set found = var(name, none) -%}
    {%- if found is none -%}
        {{ exceptions.raise_compiler_error(
            "The var " ~ name ~ " is missing: run dbt through civic (civic/dbt_runner.py)."
        ) }}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}


{# The lineage that every row of staging carries. #}
{% macro lineage_columns() -%}
    _drop_id, _record, _line, _sheet, _unit, _as_of, _sha256
{%- endmacro %}
