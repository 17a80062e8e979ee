{# Fails for every row of a fact that has no anchor among its source rows, or more than one. #}
{% test one_anchor(model, key) %}
select {{ key }}
from {{ model }}
group by {{ key }}
having count(*) filter (where is_anchor) <> 1
{% endtest %}
