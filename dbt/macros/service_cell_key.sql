{# The key of a cell of fct_service: its level and what it is told apart by. #}
{% macro service_cell_key(level, names) -%}
    '{{ level }}'
    {%- for name in names %} || '|' || cast({{ name }} as {{ text_type() }}){% endfor %}
{%- endmacro %}
