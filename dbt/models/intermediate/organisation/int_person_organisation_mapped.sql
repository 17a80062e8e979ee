-- One row per row in force and relation in which a person stands to an organisation: whom its own
-- feed names (persons of its contract), and the staff of a unit. Keyed pseudonyms only, never names.
with relations_of_feeds as (

    {% for feed in feeds('organisation_feeds') -%}
    {% for person in feed.persons -%}
    select
        '{{ feed.feed }}:' || {{ number_of(feed.number) }} as organisation_key,
        '{{ person.relation }}' as relation,
        cast({{ column_name(person.column) }} as {{ text_type() }}) as person_key,
        cast(null as date) as since,
        cast(null as date) as until,
        {{ lineage_columns() }}
    from {{ ref(feed.model) }}
    union all
    {% endfor -%}
    {% endfor -%}
    select
        units.feed || ':' || units.organisation_no as organisation_key,
        'staff' as relation,
        staff.person_pseudonym as person_key,
        staff.since,
        staff.until,
        staff._drop_id,
        staff._record,
        staff._line,
        staff._sheet,
        staff._unit,
        staff._as_of,
        staff._sha256
    from {{ ref('int_staff_mapped') }} as staff
    inner join {{ ref('int_organisation_current') }} as units
        on staff.unit_code = units.organisation_no
        and units.kind = 'governance_unit'

),

relations_mapped as (

    select
        organisation_key || '|' || relation || '|'
        || case when relation = 'staff' then person_key || '|' else '' end
        || case
            when relation = 'staff' then coalesce(cast(since as {{ text_type() }}), '') else ''
        end as person_organisation_key,
        organisation_key,
        relation,
        person_key,
        since,
        until,
        _drop_id,
        _record,
        _as_of,
        _sha256
    from relations_of_feeds

)

select * from relations_mapped
where person_organisation_key is not null
