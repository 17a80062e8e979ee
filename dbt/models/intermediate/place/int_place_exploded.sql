-- Every level that a row of a register of divisions names: city, district, street, community, grid.
-- Of several registers of one city and date one stays.
with register_rows as (

    {% for feed in feeds('place_feeds') -%}
    select
        '{{ feed.feed }}' as feed,
        cast(_as_of as date) as register_date,
        {{ column_or_null(feed.columns, 'city_code', text_type()) }} as city_code,
        {{ column_or_null(feed.columns, 'city_name', text_type()) }} as city_name,
        {{ column_or_null(feed.columns, 'district_code', text_type()) }} as district_code,
        {{ column_or_null(feed.columns, 'district_name', text_type()) }} as district_name,
        {{ column_or_null(feed.columns, 'subdistrict_code', text_type()) }} as street_code,
        {{ column_or_null(feed.columns, 'subdistrict_name', text_type()) }} as street_name,
        {{ column_or_null(feed.columns, 'community_code', text_type()) }} as community_code,
        {{ column_or_null(feed.columns, 'community_name', text_type()) }} as community_name,
        {{ column_or_null(feed.columns, 'grid_code', text_type()) }} as grid_code,
        {{ column_or_null(feed.columns, 'grid_name', text_type()) }} as grid_name,
        {{ column_or_null(feed.columns, 'urban_rural_code', text_type()) }} as urban_rural_code,
        {{ lineage_columns() }}
    from {{ ref(feed.model) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

register_drops as (

    select distinct city_code, register_date, _as_of, _sha256, _drop_id
    from register_rows

),

register_drops_ranked as (

    select
        *,
        row_number() over (
            partition by city_code, register_date
            order by _as_of desc, _sha256 desc, _drop_id desc
        ) as place
    from register_drops

),

registers as (

    select city_code, register_date, _drop_id
    from register_drops_ranked
    where place = 1

),

rows_in_registers as (

    select register_rows.*
    from register_rows
    inner join registers
        on register_rows.city_code = registers.city_code
        and register_rows.register_date = registers.register_date
        and register_rows._drop_id = registers._drop_id

),

places_exploded as (

    {% set levels = ['city', 'district', 'street', 'community', 'grid'] -%}
    {% for level in levels -%}
    {% set above = levels[:loop.index0] -%}
    select
        feed,
        register_date,
        city_code as register_city_code,
        '{{ level }}' as level,
        {{ loop.index }} as depth,
        {{ level }}_code as place_code,
        {{ level }}_name as place_name,
        {% if above | length == 0 -%}
        cast(null as {{ text_type() }}) as parent_code,
        {% elif above | length == 1 -%}
        city_code as parent_code,
        {% else -%}
        coalesce(
            {%- for other in above | reverse %}{{ other }}_code{{ ', ' if not loop.last }}{% endfor -%}
        ) as parent_code,
        {% endif -%}
        {% for other in levels -%}
        {% if other == level or other in above -%}
        {{ other }}_code,
        {% else -%}
        cast(null as {{ text_type() }}) as {{ other }}_code,
        {% endif -%}
        {% endfor -%}
        {% if level not in ['community', 'grid'] -%}
        cast(null as {{ text_type() }}) as urban_rural_code,
        {% else -%}
        urban_rural_code,
        {% endif -%}
        {{ lineage_columns() }}
    from rows_in_registers
    where {{ level }}_code is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from places_exploded
