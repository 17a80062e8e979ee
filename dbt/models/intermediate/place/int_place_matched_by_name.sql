-- Lost places and the gained ones that bear their name: under the same parent or its successor,
-- else (streets in one city, communities in one district or its successor) wherever else. A name
-- says so only where it occurs once on either side; grids, which are called by numbers, are looked
-- for under their own community alone.
with changes as (

    select * from {{ ref('int_place_change') }}

),

gained as (

    select * from changes
    where place_code is null

),

{% set uppers = {'street': 'district', 'community': 'street', 'grid': 'community'} -%}
{% for level in ['district', 'street', 'community', 'grid'] -%}
{{ level }}_lost as (

    select
        changes.*,
        {% if level == 'district' -%}
        changes.upper_code as upper_now,
        changes.second_upper_code as second_upper_now
        {% elif level == 'street' -%}
        coalesce(upper_pairs.to_place_code, changes.upper_code) as upper_now,
        changes.second_upper_code as second_upper_now
        {% elif level == 'community' -%}
        coalesce(upper_pairs.to_place_code, changes.upper_code) as upper_now,
        coalesce(second_pairs.to_place_code, changes.second_upper_code) as second_upper_now
        {% else -%}
        coalesce(upper_pairs.to_place_code, changes.upper_code) as upper_now,
        cast(null as {{ text_type() }}) as second_upper_now
        {% endif %}
    from changes
    {% if level != 'district' -%}
    left join {{ uppers[level] }}_matched as upper_pairs
        on changes.register_city_code = upper_pairs.register_city_code
        and changes.from_date = upper_pairs.from_date
        and changes.to_date = upper_pairs.to_date
        and changes.upper_code = upper_pairs.place_code
    {%- endif %}
    {% if level == 'community' -%}
    left join district_matched as second_pairs
        on changes.register_city_code = second_pairs.register_city_code
        and changes.from_date = second_pairs.from_date
        and changes.to_date = second_pairs.to_date
        and changes.second_upper_code = second_pairs.place_code
    {%- endif %}
    where changes.to_place_code is null and changes.level = '{{ level }}'

),

{{ level }}_pairs as (

    {{ pairs_of_one_name(
        level ~ '_lost', 'gained', level, 'gained.to_upper_code = lost.upper_now', 1
    ) }}
    {% if level in ['street', 'community'] -%}
    union all
    {{ pairs_of_one_name(
        level ~ '_lost', 'gained', level, 'gained.to_second_upper_code = lost.second_upper_now', 2
    ) }}
    {%- endif %}

),

{{ level }}_pairs_ranked as (

    select
        *,
        row_number() over (
            partition by register_city_code, from_date, to_date, place_code order by nearness
        ) as lost_rank,
        row_number() over (
            partition by register_city_code, from_date, to_date, to_place_code order by nearness
        ) as gained_rank
    from {{ level }}_pairs

),

{{ level }}_matched as (

    select register_city_code, from_date, to_date, level, place_code, to_place_code
    from {{ level }}_pairs_ranked
    where lost_rank = 1 and gained_rank = 1

),

{% endfor -%}
place_matched as (

    {% for level in ['district', 'street', 'community', 'grid'] -%}
    select * from {{ level }}_matched
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from place_matched
