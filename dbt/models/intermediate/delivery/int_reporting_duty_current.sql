-- One row per unit and feed: what the latest list that names it says.
{{ latest_rows(ref('int_reporting_duty_mapped'), ['unit', 'sent_feed']) }}

select * from latest_rows
