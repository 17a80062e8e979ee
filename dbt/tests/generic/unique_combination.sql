{#
  Fails for every combination of columns that comes more than once, nulls taken as equal. Rows
  where all of the columns in `filled` are empty stand for themselves and are left alone.
#}
{% test unique_combination(model, combination, filled=none) %}
select {{ combination | join(', ') }}
from {{ model }}
{% if filled -%}
where {% for name in filled %}{{ name }} is not null{{ ' or ' if not loop.last }}{% endfor %}
{% endif -%}
group by {{ combination | join(', ') }}
having count(*) > 1
{% endtest %}
