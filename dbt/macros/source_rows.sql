{#
  Which rows of which drops name a thing, where the fact keeps the row that it stands for as
  (_drop_id, _record): that one is the anchor. `mapped`: relation of all its rows; `key`: the
  column that the bridge shares with the fact; `key_sql`: how a row of `mapped` says it.
#}
{% macro source_rows_anchored(mapped, fact, key, key_sql) -%}
with source_rows as (

    select
        {{ key_sql }} as {{ key }},
        feed,
        _drop_id as drop_id,
        _record as record,
        _line as line,
        _sheet as sheet
    from {{ mapped }}

),

{{ anchored(fact, key) }}

select * from source_rows_anchored
{%- endmacro %}


{# Two steps of such a bridge: `source_rows`, put together by whoever calls, and which is the anchor. #}
{% macro anchored(fact, key) -%}
anchors as (

    select _drop_id, _record from {{ fact }}

),

source_rows_anchored as (

    select
        source_rows.{{ key }},
        source_rows.feed,
        source_rows.drop_id,
        source_rows.record,
        source_rows.line,
        source_rows.sheet,
        anchors._drop_id is not null as is_anchor
    from source_rows
    left join anchors
        on source_rows.drop_id = anchors._drop_id
        and source_rows.record = anchors._record

)
{%- endmacro %}


{# The same where a record is its own source row: always the anchor. #}
{% macro source_rows_of_records(mapped, key) -%}
with source_rows_of_records as (

    select
        _drop_id || ':' || cast(_record as {{ text_type() }}) as {{ key }},
        feed,
        _drop_id as drop_id,
        _record as record,
        _line as line,
        _sheet as sheet,
        true as is_anchor
    from {{ mapped }}

)

select * from source_rows_of_records
{%- endmacro %}
