{#
  The rows of a feed that are in force, by the relation that its contract states
  (docs/architecture.md, "The tables"). Only accepted drops count. Which of two drops wins is
  decided by as_of, then sha256, then record, and last by drop_id: two units may hand in the same
  bytes. Arrival never decides.

  append    of rows with one key the earliest stays; no key: all rows
  upsert    of rows with one key the latest stays
  snapshot  the latest drop of each scope stays (scope: the named fields, else the unit);
            with history one drop stays for each scope and as_of

  A row whose key is empty altogether stands for itself. Windows run over keys of contested rows
  only, never over the whole width of a feed: most keys come once.
#}
{% macro rows_in_force(bronze, feed, mode, key, scope, history, columns) %}
with accepted_drops as (

    select drop_id, unit, as_of, sha256
    from {{ source('bronze', 'drops') }}
    where feed = '{{ feed }}' and status = 'accepted'

),

{% if mode == 'snapshot' and not scope -%}
{{ _drops_in_force_by_unit(history) }}
{%- elif mode == 'snapshot' -%}
{{ _drops_in_force_by_scope(bronze, scope, history) }}
{%- elif key -%}
{{ _rows_superseded(bronze, key, earliest_stays=(mode == 'append')) }}
{%- endif %}

rows_in_force as (

    select
        {% for column in columns -%}
        feed_rows.{{ column_name(column) }},
        {% endfor -%}
        accepted_drops.unit as _unit,
        accepted_drops.as_of as _as_of,
        accepted_drops.sha256 as _sha256
    from {{ bronze }} as feed_rows
    inner join accepted_drops on feed_rows._drop_id = accepted_drops.drop_id
    {% if mode == 'snapshot' and not scope -%}
    inner join drops_in_force on feed_rows._drop_id = drops_in_force.drop_id
    {%- elif mode == 'snapshot' -%}
    inner join drops_in_force
        on feed_rows._drop_id = drops_in_force.drop_id
        {% for name in scope -%}
        and feed_rows.{{ column_name(name) }} is not distinct from drops_in_force.{{ column_name(name) }}
        {% endfor -%}
    {%- elif key -%}
    left join rows_superseded
        on feed_rows._drop_id = rows_superseded._drop_id
        and feed_rows._record = rows_superseded._record
    where rows_superseded._drop_id is null
    {%- endif %}

)

select * from rows_in_force
{% endmacro %}


{# The latest drop of each unit, or of each unit and as_of. #}
{% macro _drops_in_force_by_unit(history) -%}
drops_ranked as (

    select
        drop_id,
        row_number() over (
            partition by unit{{ ', as_of' if history }}
            order by as_of desc, sha256 desc, drop_id desc
        ) as place
    from accepted_drops

),

drops_in_force as (

    select drop_id from drops_ranked where place = 1

),
{%- endmacro %}


{# The latest drop that names a value of the scope, for each value. #}
{% macro _drops_in_force_by_scope(bronze, scope, history) -%}
{%- set names = [] -%}
{%- for name in scope %}{% do names.append(column_name(name)) %}{% endfor -%}
drop_scopes as (

    select distinct _drop_id, {{ names | join(', ') }}
    from {{ bronze }}

),

drops_ranked as (

    select
        accepted_drops.drop_id,
        {% for name in names -%}
        drop_scopes.{{ name }},
        {% endfor -%}
        row_number() over (
            partition by
                {% for name in names -%}
                drop_scopes.{{ name }}{{ ', ' if not loop.last or history }}
                {%- endfor -%}
                {{ 'accepted_drops.as_of' if history }}
            order by
                accepted_drops.as_of desc, accepted_drops.sha256 desc, accepted_drops.drop_id desc
        ) as place
    from drop_scopes
    inner join accepted_drops on drop_scopes._drop_id = accepted_drops.drop_id

),

drops_in_force as (

    select drop_id, {{ names | join(', ') }} from drops_ranked where place = 1

),
{%- endmacro %}


{# Rows that another row with the same key has replaced: only keys that come twice are looked at. #}
{% macro _rows_superseded(bronze, key, earliest_stays) -%}
{%- set names = [] -%}
{%- for name in key %}{% do names.append(column_name(name)) %}{% endfor -%}
{%- set direction = 'asc' if earliest_stays else 'desc' -%}
keys_contested as (

    select {{ names | join(', ') }}
    from {{ bronze }}
    where {% for name in names %}{{ name }} is not null{{ ' or ' if not loop.last }}{% endfor %}
    group by {{ names | join(', ') }}
    having count(*) > 1

),

rows_ranked as (

    select
        feed_rows._drop_id,
        feed_rows._record,
        row_number() over (
            partition by
                {% for name in names -%}
                feed_rows.{{ name }}{{ ', ' if not loop.last }}
                {%- endfor %}
            order by
                accepted_drops.as_of {{ direction }},
                accepted_drops.sha256 {{ direction }},
                feed_rows._record {{ direction }},
                accepted_drops.drop_id {{ direction }}
        ) as place
    from {{ bronze }} as feed_rows
    inner join accepted_drops on feed_rows._drop_id = accepted_drops.drop_id
    inner join keys_contested
        on {% for name in names -%}
        feed_rows.{{ name }} is not distinct from keys_contested.{{ name }}{{ ' and ' if not loop.last }}
        {%- endfor %}

),

rows_superseded as (

    select _drop_id, _record from rows_ranked where place > 1

),
{%- endmacro %}
