{#
  Steps of a matter in their order, with the step and the moment before, as two steps of a model:
  `matters_of_several_steps`, `steps_in_order (<key>, step_no, previous_step, previous_at)`.
  A matter with one step needs no window and is not in `steps_in_order`.

  `steps`: relation; `key`: what tells one step from another; `matter`: columns that say whose step
  it is (a row that lacks one of them stands alone); `step`, `at`: what it is and when; `then_by`:
  what decides between steps of one moment.
#}
{% macro steps_in_order(steps, key, matter, step, at, then_by) -%}
{%- set ordered = [at ~ ' asc nulls last'] -%}
{%- for name in then_by %}{% do ordered.append(name ~ ' asc') %}{% endfor -%}
{%- set partition = [] -%}
{%- for name in matter %}{% do partition.append(steps ~ '.' ~ name) %}{% endfor -%}
{%- set in_order = 'over (partition by ' ~ partition | join(', ') ~ ' order by '
    ~ steps ~ '.' ~ ordered | join(', ' ~ steps ~ '.') ~ ')' -%}
matters_of_several_steps as (

    select {{ matter | join(', ') }}
    from {{ steps }}
    where {% for name in matter %}{{ name }} is not null{{ ' and ' if not loop.last }}{% endfor %}
    group by {{ matter | join(', ') }}
    having count(*) > 1

),

steps_in_order as (

    select
        {{ steps }}.{{ key }},
        row_number() {{ in_order }} as step_no,
        lag({{ steps }}.{{ step }}) {{ in_order }} as previous_step,
        lag({{ steps }}.{{ at }}) {{ in_order }} as previous_at
    from {{ steps }}
    inner join matters_of_several_steps
        on {% for name in matter -%}
        {{ steps }}.{{ name }} = matters_of_several_steps.{{ name }}{{ ' and ' if not loop.last }}
        {%- endfor %}

)
{%- endmacro %}
