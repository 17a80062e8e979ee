-- Who stands in which relation to which organisation: its legal representative and whom else its
-- contract names, as its latest row says, and the staff of a unit, from when till when. Keyed
-- pseudonyms of citizen ids only, so that persons of several feeds are the same.
{{ latest_rows(ref('int_person_organisation_mapped'), ['person_organisation_key']) }},

bridge_person_organisation as (

    select
        latest_rows.person_organisation_key,
        latest_rows.person_key,
        latest_rows.organisation_key,
        latest_rows.relation,
        latest_rows.since,
        latest_rows.until,
        persons.person_key is not null as is_known_person,
        latest_rows._as_of as as_of
    from latest_rows
    left join {{ ref('dim_person') }} as persons on latest_rows.person_key = persons.person_key
    where latest_rows.person_key is not null

)

select * from bridge_person_organisation
