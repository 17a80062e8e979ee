-- Service to person and to worker: for each feed and link of the chain, how many services should
-- have the link and how many lack it. A person is known by the pseudonym of the citizen id alone.
-- Counts of whole feeds, no keys and no places: a break in a small place would tell of a person.
with services_linked as (

    select
        services.feed,
        services.person_key is not null as has_person,
        persons.person_key is not null as is_person_known,
        staff.staff_no is not null as is_worker_known
    from {{ ref('int_service_mapped') }} as services
    left join {{ ref('dim_person') }} as persons on services.person_key = persons.person_key
    left join {{ ref('dim_staff') }} as staff on services.worker_no = staff.staff_no

),

rpt_service_chain as (

    {% for link, counted, broken in [
        ('service_has_person', 'true', 'not has_person'),
        ('service_person_is_known', 'has_person', 'not is_person_known'),
        ('service_worker_is_known', 'true', 'not is_worker_known'),
    ] -%}
    select
        '{{ link }}' as link,
        feed,
        count(*) filter (where {{ counted }}) as thing_count,
        count(*) filter (where {{ counted }} and {{ broken }}) as broken_count
    from services_linked
    group by feed
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from rpt_service_chain
