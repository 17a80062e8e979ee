-- One row per dwelling: what the latest row that names it says.
{{ latest_rows(ref('int_dwelling_mapped'), ['dwelling_code']) }}

select * from latest_rows
