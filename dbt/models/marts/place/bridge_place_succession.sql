-- What became of every place from one register of its city to the next, and back: its successor and
-- how that is known, several rows for one that was split up. `stands_at_code` is where its figures
-- stand in the other register: the successor where there is exactly one, else that of the nearest
-- ancestor that has one. Nothing is guessed: no evidence, no successor.
{% set pair = ['register_city_code', 'from_date', 'to_date'] -%}
with changes as (

    select * from {{ ref('int_place_change') }}
    where place_code is not null

),

places_to as (

    select * from {{ ref('int_place_change') }}
    where to_place_code is not null

),

followed as (

    select *, 'name' as evidence from {{ ref('int_place_matched_by_name') }}
    union all
    select *, 'parts' as evidence from {{ ref('int_place_matched_by_parts') }}
    union all
    select *, 'area' as evidence from {{ ref('int_place_matched_by_area') }}

),

successor_counts as (

    select {{ pair | join(', ') }}, place_code, count(*) as successor_count
    from followed
    group by {{ pair | join(', ') }}, place_code

),

predecessor_counts as (

    select {{ pair | join(', ') }}, to_place_code, count(*) as predecessor_count
    from followed
    group by {{ pair | join(', ') }}, to_place_code

),

succession as (

    select
        changes.register_city_code,
        changes.from_date,
        changes.to_date,
        changes.level,
        changes.place_code,
        changes.place_name,
        changes.city_code,
        changes.district_code,
        changes.street_code,
        changes.community_code,
        places_to.to_place_code as successor_code,
        places_to.to_place_name as successor_name,
        case
            when changes.to_place_code is not null
                and coalesce(changes.place_name, '') = coalesce(changes.to_place_name, '')
                then 'same'
            when changes.to_place_code is not null then 'renamed'
            when followed.to_place_code is null then 'unknown'
            when successor_counts.successor_count > 1 then 'split'
            when places_to.place_code is not null or predecessor_counts.predecessor_count > 1
                then 'merged'
            else 'recoded'
        end as state,
        case when changes.to_place_code is not null then 'code' else followed.evidence end
            as evidence
    from changes
    {% for relation in ['followed', 'successor_counts'] -%}
    left join {{ relation }}
        on changes.register_city_code = {{ relation }}.register_city_code
        and changes.from_date = {{ relation }}.from_date
        and changes.to_date = {{ relation }}.to_date
        and changes.place_code = {{ relation }}.place_code
    {% endfor -%}
    left join predecessor_counts
        on followed.register_city_code = predecessor_counts.register_city_code
        and followed.from_date = predecessor_counts.from_date
        and followed.to_date = predecessor_counts.to_date
        and followed.to_place_code = predecessor_counts.to_place_code
    left join places_to
        on {% for name in pair -%}
        changes.{{ name }} = places_to.{{ name }} and {% endfor -%}
        coalesce(changes.to_place_code, followed.to_place_code) = places_to.to_place_code

),

single_successors as (

    select {{ pair | join(', ') }}, place_code, successor_code
    from succession
    where state not in ('split', 'unknown')

),

bridge_place_succession as (

    select
        succession.register_city_code,
        succession.from_date,
        succession.to_date,
        succession.to_date > succession.from_date as is_forward,
        succession.level,
        succession.place_code,
        succession.place_name,
        succession.successor_code,
        succession.successor_name,
        succession.state,
        succession.evidence,
        coalesce(
            own.successor_code, in_community.successor_code, in_street.successor_code,
            in_district.successor_code, in_city.successor_code
        ) as stands_at_code
    from succession
    {% for alias, column in [
        ('own', 'place_code'), ('in_community', 'community_code'), ('in_street', 'street_code'),
        ('in_district', 'district_code'), ('in_city', 'city_code')
    ] -%}
    left join single_successors as {{ alias }}
        on {% for name in pair -%}
        succession.{{ name }} = {{ alias }}.{{ name }} and {% endfor -%}
        succession.{{ column }} = {{ alias }}.place_code
    {% endfor %}

)

select * from bridge_place_succession
