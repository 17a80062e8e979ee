-- Written from the contract citizen_message by ingestion/contracts/dbt_sources.py: change that.
{{ rows_in_force(
    source('grid_information', 'citizen_message'),
    feed='citizen_message',
    mode='upsert',
    key=['message_no'],
    scope=[],
    history=false,
    columns=[
        'message_no',
        'author_pseudonym',
        'subject',
        'sent_at',
        'body',
        'category',
        'against_count',
        'support_count',
        'place_code',
        '_drop_id',
        '_record',
        '_line',
        '_sheet',
    ],
) }}
