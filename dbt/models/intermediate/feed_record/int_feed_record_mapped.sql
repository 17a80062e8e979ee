-- One row per row in force of every feed that is not about residents.
with records_mapped as (

    {% for feed in feeds('record_feeds') -%}
    select
        '{{ feed.feed }}' as feed,
        {{ first_filled(feed.place) }} as place_code,
        {% if feed.occurred -%}
        coalesce(cast({{ column_name(feed.occurred) }} as date), cast(_as_of as date)) as occurred_on,
        {% else -%}
        cast(_as_of as date) as occurred_on,
        {% endif -%}
        {{ lineage_columns() }}
    from {{ ref(feed.model) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from records_mapped
