-- One row per row in force of every feed of dwellings.
with dwellings_mapped as (

    {% for feed in feeds('dwelling_feeds') -%}
    select
        '{{ feed.feed }}' as feed,
        {{ column_or_null(feed.columns, 'dwelling_code', text_type()) }} as dwelling_code,
        {{ column_or_null(feed.columns, 'building_code', text_type()) }} as building_code,
        {{ column_or_null(feed.columns, 'building_name', text_type()) }} as building_name,
        {{ column_or_null(feed.columns, 'entrance', text_type()) }} as entrance,
        {{ column_or_null(feed.columns, 'floor', 'bigint') }} as floor,
        {{ column_or_null(feed.columns, 'room_no', text_type()) }} as room_no,
        {{ column_or_null(feed.columns, 'grid_code', text_type()) }} as grid_code,
        {{ column_or_null(feed.columns, 'use', text_type()) }} as use,
        {{ column_or_null(feed.columns, 'area', 'double') }} as area,
        {{ column_or_null(feed.columns, 'longitude', 'double') }} as longitude,
        {{ column_or_null(feed.columns, 'latitude', 'double') }} as latitude,
        {{ lineage_columns() }}
    from {{ ref(feed.model) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from dwellings_mapped
