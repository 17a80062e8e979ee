-- One row per person: what the latest row that names it says.
{{ latest_rows(ref('int_person_mapped'), ['person_key']) }}

select * from latest_rows
