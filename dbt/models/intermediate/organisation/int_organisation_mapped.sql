-- One row per row in force of every feed of organisations, under one set of names.
with organisations_mapped as (

    {% for feed in feeds('organisation_feeds') -%}
    select
        '{{ feed.feed }}' as feed,
        {{ number_of(feed.number) }} as organisation_no,
        {{ value_of(feed.name, text_type()) }} as organisation_name,
        {{ value_of(feed.kind, text_type()) }} as kind,
        {{ value_of(feed.category, text_type()) }} as category,
        {{ first_filled(feed.place) }} as place_code,
        {{ value_of(feed.place_name, text_type()) }} as place_name,
        {{ lineage_columns() }}
    from {{ ref(feed.model) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from organisations_mapped
