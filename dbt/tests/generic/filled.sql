{# Fails for every row in which one of the columns is empty: all of them in one pass. #}
{% test filled(model, columns) %}
select *
from {{ model }}
where {% for name in columns %}{{ column_name(name) }} is null{{ ' or ' if not loop.last }}{% endfor %}
{% endtest %}
