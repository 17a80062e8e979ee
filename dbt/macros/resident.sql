{# What a version of a person is made of: dim_person_history and int_person_versions. #}
{% macro person_version_columns(relation) -%}
    {%- for name in [
        'feed', 'person_key', 'resident_kind', 'sex', 'birth_date', 'education', 'marital_status',
        'dwelling_code', 'grid_code', 'household_no', 'lives_where_registered', 'registered_on',
        '_drop_id', '_record', '_as_of'
    ] -%}
    {{ relation }}.{{ name }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{# The columns of a building, null where a feed has not got them. #}
{% macro building_columns(columns) -%}
    {{ column_or_null(columns, 'building_code', text_type()) }} as building_code,
    {{ column_or_null(columns, 'building_name', text_type()) }} as building_name,
    {{ column_or_null(columns, 'grid_code', text_type()) }} as grid_code,
    {{ column_or_null(columns, 'longitude', 'double') }} as longitude,
    {{ column_or_null(columns, 'latitude', 'double') }} as latitude,
    {{ column_or_null(columns, 'use', text_type()) }} as use,
    {{ column_or_null(columns, 'floors', 'bigint') }} as floors,
    {{ column_or_null(columns, 'area', 'double') }} as area
{%- endmacro %}


{# A household: its number within its dwelling, else within its grid; null without a number. #}
{% macro household_key() -%}
    case
        when household_no is not null
            then coalesce(dwelling_code, grid_code, '') || '|' || household_no
    end
{%- endmacro %}


{# An entrance: within its building; null where the dwelling names none. #}
{% macro entrance_key() -%}
    case when entrance is not null and building_code is not null then building_code || '|' || entrance end
{%- endmacro %}


{# Full years from one date to another. #}
{% macro full_years(start, finish) -%}
    (
        year({{ finish }}) - year({{ start }})
        - case
            when month({{ finish }}) * 100 + day({{ finish }})
                < month({{ start }}) * 100 + day({{ start }}) then 1
            else 0
        end
    )
{%- endmacro %}
