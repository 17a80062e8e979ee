{#
  What DuckDB and Spark write differently, each behind adapter.dispatch
  (docs/adr/0005-portable-sql.md). Every other macro and model keeps to what both take.
#}

{# The engine's type of text. #}
{% macro text_type() -%}
    {{ return(dbt.type_string()) }}
{%- endmacro %}


{# Hours from one timestamp to another, as a double, exact to the microsecond. #}
{% macro hours_between(start, finish) -%}
    {{ return(adapter.dispatch('hours_between')(start, finish)) }}
{%- endmacro %}

{% macro duckdb__hours_between(start, finish) -%}
    (cast(epoch_us({{ finish }}) - epoch_us({{ start }}) as double) / 3600000000)
{%- endmacro %}

{% macro spark__hours_between(start, finish) -%}
    (cast(unix_micros({{ finish }}) - unix_micros({{ start }}) as double) / 3600000000)
{%- endmacro %}


{# A timestamp so many hours (a double) later, to the microsecond. #}
{% macro hours_later(moment, hours) -%}
    {{ return(adapter.dispatch('hours_later')(moment, hours)) }}
{%- endmacro %}

{% macro duckdb__hours_later(moment, hours) -%}
    make_timestamp(epoch_us({{ moment }}) + cast({{ hours }} * 3600000000 as bigint))
{%- endmacro %}

{% macro spark__hours_later(moment, hours) -%}
    timestamp_micros(unix_micros({{ moment }}) + cast({{ hours }} * 3600000000 as bigint))
{%- endmacro %}


{# One row, `day`, for every day from one date to another, both included. #}
{% macro days_between(first_day, last_day) -%}
    {{ return(adapter.dispatch('days_between')(first_day, last_day)) }}
{%- endmacro %}

{% macro duckdb__days_between(first_day, last_day) -%}
    cast(unnest(generate_series(
        cast({{ first_day }} as timestamp), cast({{ last_day }} as timestamp), interval 1 day
    )) as date)
{%- endmacro %}

{% macro spark__days_between(first_day, last_day) -%}
    explode(sequence({{ first_day }}, {{ last_day }}, interval 1 day))
{%- endmacro %}


{# Monday 1 to Sunday 7. #}
{% macro iso_weekday(day) -%}
    {{ return(adapter.dispatch('iso_weekday')(day)) }}
{%- endmacro %}

{% macro duckdb__iso_weekday(day) -%}
    extract(isodow from {{ day }})
{%- endmacro %}

{% macro spark__iso_weekday(day) -%}
    extract(dayofweek_iso from {{ day }})
{%- endmacro %}


{# The year to which the ISO week of a day belongs. #}
{% macro iso_year(day) -%}
    {{ return(adapter.dispatch('iso_year')(day)) }}
{%- endmacro %}

{% macro duckdb__iso_year(day) -%}
    extract(isoyear from {{ day }})
{%- endmacro %}

{% macro spark__iso_year(day) -%}
    extract(yearofweek from {{ day }})
{%- endmacro %}
