{#
  Tables and views on DuckDB, put in place with one statement and one commit.

  dbt builds a relation under another name, renames the old one away, renames the new one in and drops
  the old one: four changes of the schema, each of which makes a DuckLake read its catalog again. Nobody
  reads the live lake (readers open publications), so that nobody sees a relation half way; a build that
  fails is rolled back and leaves the old relation as it was. Other engines keep dbt's own way.
#}
{% materialization table, adapter='duckdb', supported_languages=['sql'] %}
{%- set target_relation = this.incorporate(type='table') -%}
{{ _make_way_for(target_relation) }}
{{ run_hooks(pre_hooks) }}
{% call statement('main') -%}
    {{ get_assert_columns_equivalent(compiled_code) if config.get('contract').enforced }}
    create or replace table {{ target_relation }}
    {% if config.get('contract').enforced -%}
        {{ get_table_columns_and_constraints() }};
    insert into {{ target_relation }} {{ get_column_names() }} (
        {{ get_select_subquery(compiled_code) }}
    )
    {%- else -%}
    as (
        {{ compiled_code }}
    )
    {%- endif %}
{%- endcall %}
{{ run_hooks(post_hooks) }}
{{ adapter.commit() }}
{{ return({'relations': [target_relation]}) }}
{% endmaterialization %}


{% materialization view, adapter='duckdb', supported_languages=['sql'] %}
{%- set target_relation = this.incorporate(type='view') -%}
{{ _make_way_for(target_relation) }}
{{ run_hooks(pre_hooks) }}
{% call statement('main') -%}
    {{ get_assert_columns_equivalent(compiled_code) if config.get('contract').enforced }}
    create or replace view {{ target_relation }} as (
        {{ compiled_code }}
    )
{%- endcall %}
{{ run_hooks(post_hooks) }}
{{ adapter.commit() }}
{{ return({'relations': [target_relation]}) }}
{% endmaterialization %}


{# A table cannot be put in the place of a view, nor a view in that of a table: the other kind goes. #}
{% macro _make_way_for(relation) -%}
{%- set existing = load_cached_relation(this) -%}
{%- if existing is not none and existing.type != relation.type -%}
    {% do adapter.drop_relation(existing) %}
{%- endif -%}
{%- endmacro %}
