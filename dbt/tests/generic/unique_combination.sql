{#
  Fails for every combination of columns that comes more than once, nulls taken as equal. Rows
  where all of the columns in `filled` are empty stand for themselves and are left alone.
#}
{% test unique_combination(model, combination, filled=none) %}
{%- set names = [] -%}
{%- for name in combination %}{% do names.append(column_name(name)) %}{% endfor -%}
select {{ names | join(', ') }}
from {{ model }}
{% if filled -%}
where {% for name in filled %}{{ column_name(name) }} is not null{{ ' or ' if not loop.last }}{% endfor %}
{% endif -%}
group by {{ names | join(', ') }}
having count(*) > 1
{% endtest %}
