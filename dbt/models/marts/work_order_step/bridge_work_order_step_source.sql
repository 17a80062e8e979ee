-- A record is its own source row: always the anchor.
{{ source_rows_of_records(ref('int_work_order_step_mapped'), 'work_order_step_key') }}
