-- Every place that holds an object, from the city down to the finest that is known.
{% set levels = ['city', 'district', 'street', 'community', 'grid'] -%}
with objects as (

    select * from {{ ref('fct_object') }}

),

bridge_object_place as (

    {% for level in levels -%}
    select
        object_key,
        {{ level }}_code as place_code,
        '{{ level }}' as level,
        {% if loop.last -%}
        true as is_finest
        {% else -%}
        {{ levels[loop.index] }}_code is null as is_finest
        {% endif -%}
    from objects
    where {{ level }}_code is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from bridge_object_place
