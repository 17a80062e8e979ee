-- One row per organisation and unit that answered: the latest answer holds.
{{ latest_rows(
    ref('int_feedback_mapped'), ['organisation_feed', 'organisation_no', 'answered_by']
) }}

select * from latest_rows
