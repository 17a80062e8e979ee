-- One row per unit: what the latest row that names it says.
{{ latest_rows(ref('int_unit_mapped'), ['unit_code']) }}

select * from latest_rows
