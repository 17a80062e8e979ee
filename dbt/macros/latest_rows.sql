{#
  Of the rows of a relation with one key the latest, by (_as_of, _sha256, _record, _drop_id).
  The window runs over keys that come twice only.
#}
{% macro latest_rows(relation, key) %}
with keys_contested as (

    select {{ key | join(', ') }}
    from {{ relation }}
    group by {{ key | join(', ') }}
    having count(*) > 1

),

rows_ranked as (

    select
        every_row._drop_id,
        every_row._record,
        row_number() over (
            partition by {% for name in key %}every_row.{{ name }}{{ ', ' if not loop.last }}{% endfor %}
            order by
                every_row._as_of desc, every_row._sha256 desc,
                every_row._record desc, every_row._drop_id desc
        ) as place
    from {{ relation }} as every_row
    inner join keys_contested
        on {% for name in key -%}
        every_row.{{ name }} = keys_contested.{{ name }}{{ ' and ' if not loop.last }}
        {%- endfor %}

),

rows_superseded as (

    select _drop_id, _record from rows_ranked where place > 1

),

latest_rows as (

    select every_row.*
    from {{ relation }} as every_row
    left join rows_superseded
        on every_row._drop_id = rows_superseded._drop_id
        and every_row._record = rows_superseded._record
    where rows_superseded._drop_id is null

)
{% endmacro %}
