-- One row per row in force of every feed of services to people, under one set of names: keyed
-- pseudonyms only. Restricted: what leaves here are counts (fct_service, rpt_service_chain).
with services_mapped as (

    {{ rows_of_feeds(feeds('service_feeds'), [
        ('service_no', 'number', text_type()),
        ('person_key', 'person', text_type()),
        ('kind', 'kind', text_type()),
        ('served_on', 'at', 'date'),
        ('unit_code', 'unit', text_type()),
        ('worker_no', 'worker', text_type()),
        ('outcome', 'outcome', text_type()),
        ('place_code', 'place', text_type()),
    ]) }}

)

select * from services_mapped
