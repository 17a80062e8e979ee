-- One row per row that ever told of a person, replaced or not: keyed pseudonyms only.
with persons_told as (

    {% for feed in feeds('person_feeds') -%}
    select
        '{{ feed.feed }}' as feed,
        coalesce(
            {{ column_or_null(feed.columns, 'person_pseudonym', text_type()) }},
            {{ column_or_null(feed.columns, 'passport_pseudonym', text_type()) }}
        ) as person_key,
        {{ column_or_null(feed.columns, 'resident_kind', text_type()) }} as resident_kind,
        {{ column_or_null(feed.columns, 'sex', text_type()) }} as sex,
        {{ column_or_null(feed.columns, 'birth_date', 'date') }} as birth_date,
        {{ column_or_null(feed.columns, 'education', text_type()) }} as education,
        {{ column_or_null(feed.columns, 'marital_status', text_type()) }} as marital_status,
        {{ column_or_null(feed.columns, 'dwelling_code', text_type()) }} as dwelling_code,
        {{ column_or_null(feed.columns, 'grid_code', text_type()) }} as grid_code,
        {{ column_or_null(feed.columns, 'household_no', text_type()) }} as household_no,
        {{ column_or_null(feed.columns, 'lives_where_registered', 'boolean') }} as lives_where_registered,
        {{ column_or_null(feed.columns, 'registered_on', 'date') }} as registered_on,
        {{ lineage_columns() }}
    from {{ ref(feed.model) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from persons_told
