-- One row per staff: what the latest row that names it says.
{{ latest_rows(ref('int_staff_mapped'), ['staff_no']) }}

select * from latest_rows
