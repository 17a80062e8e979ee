-- Services to special groups and youth as counts, never as rows about a person. The cells of a feed
-- are a tree: the feed, its months, their cities, their districts; below a district its communities
-- and, apart from them, its kinds of service, each with its outcomes. A cell about fewer than five
-- persons is hidden, and with it the smallest of its siblings that is not small, or all of them
-- where all are small: what is left when the shown ones are taken from their parent is then about
-- five persons at least. What lies below a hidden cell is hidden. There are no totals across the
-- tree (a kind over all districts, a community over all months) by which a cell would come back.
{% set smallest_shown = 5 -%}
{% set up_to_district = ['feed', 'served_month', 'city_code', 'district_code'] -%}
{% set levels = [
    ('feed', none, [], ['feed']),
    ('month', 'feed', up_to_district[:1], up_to_district[:2]),
    ('city', 'month', up_to_district[:2], up_to_district[:3]),
    ('district', 'city', up_to_district[:3], up_to_district),
    ('community', 'district', up_to_district, up_to_district + ['community_code']),
    ('kind', 'district', up_to_district, up_to_district + ['kind']),
    ('outcome', 'kind', up_to_district + ['kind'], up_to_district + ['kind', 'outcome']),
] -%}
with services as (

    select
        services.feed,
        services.person_key,
        cast(date_trunc('month', coalesce(services.served_on, services._as_of)) as date)
            as served_month,
        coalesce(places.city_code, 'unplaced') as city_code,
        coalesce(places.district_code, 'unplaced') as district_code,
        coalesce(places.community_code, 'unplaced') as community_code,
        coalesce(services.kind, 'unstated') as kind,
        coalesce(services.outcome, 'unstated') as outcome
    from {{ ref('int_service_mapped') }} as services
    left join {{ ref('int_place_code_resolved') }} as places
        on services.place_code = places.place_code

),

cells as (

    {% for level, _, _, own in levels -%}
    select
        '{{ level }}' as level,
        {% for name in up_to_district + ['community_code', 'kind', 'outcome'] -%}
        {% set data_type = 'date' if name == 'served_month' else text_type() -%}
        {{ name if name in own else 'cast(null as ' ~ data_type ~ ') as ' ~ name }},
        {% endfor -%}
        count(*) as service_count,
        count(distinct person_key) < {{ smallest_shown }} as is_small
    from services
    group by {{ own | join(', ') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

cells_keyed as (

    select
        *,
        case level
            {% for level, _, _, own in levels -%}
            when '{{ level }}' then {{ service_cell_key(level, own) }}
            {% endfor -%}
        end as service_key,
        case level
            {% for level, parent_level, parent, _ in levels if parent_level -%}
            when '{{ level }}' then {{ service_cell_key(parent_level, parent) }}
            {% endfor -%}
        end as parent_key
    from cells

),

cells_ranked as (

    select
        *,
        sum(case when is_small then 1 else 0 end) over (partition by level, parent_key) as small_siblings,
        row_number() over (
            partition by level, parent_key, is_small
            order by service_count asc, service_key asc
        ) as place
    from cells_keyed

),

cells_judged as (

    select
        *,
        is_small or (parent_key is not null and small_siblings > 0 and place = 1) as is_held_back
    from cells_ranked

),

cells_hidden as (

    select
        *,
        {% for level, _, _, own in levels -%}
        max(case when level = '{{ level }}' and is_held_back then 1 else 0 end)
            over (partition by {{ own | join(', ') }})
        {{ '+' if not loop.last }}
        {% endfor -%}
        > 0 as is_hidden
    from cells_judged

),

fct_service as (

    select
        service_key,
        parent_key,
        level,
        feed,
        served_month,
        city_code,
        district_code,
        community_code,
        kind,
        outcome,
        case when not is_hidden then service_count end as service_count,
        is_hidden
    from cells_hidden

)

select * from fct_service
