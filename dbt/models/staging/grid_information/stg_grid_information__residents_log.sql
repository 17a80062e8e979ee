-- Written from the contract residents_log by ingestion/contracts/dbt_sources.py: change that.
{{ rows_in_force(
    source('grid_information', 'residents_log'),
    feed='residents_log',
    mode='upsert',
    key=['log_no'],
    scope=[],
    history=false,
    columns=[
        'log_no',
        'staff_no',
        'grid_code',
        'unit_code',
        'logged_at',
        'category',
        'content',
        'response',
        'event_no',
        '_drop_id',
        '_record',
        '_line',
        '_sheet',
    ],
) }}
