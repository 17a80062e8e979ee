-- Which organisation a matter is about, where its contract names one. An organisation is known by
-- its number where exactly one of all lists bears it.
with organisations_of_one_number as (

    select organisation_no, min(feed) as feed
    from {{ ref('int_organisation_current') }}
    group by organisation_no
    having count(*) = 1

),

events_about_organisations as (

    select distinct feed || ':' || event_no as event_key, organisation_no
    from {{ ref('int_event_mapped') }}
    where organisation_no is not null

),

bridge_event_organisation as (

    select
        events.event_key,
        events.organisation_no,
        organisations.feed || ':' || organisations.organisation_no as organisation_key
    from events_about_organisations as events
    left join organisations_of_one_number as organisations
        on events.organisation_no = organisations.organisation_no

)

select * from bridge_event_organisation
