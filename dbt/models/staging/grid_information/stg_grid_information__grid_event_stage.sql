-- Written from the contract grid_event_stage by ingestion/contracts/dbt_sources.py: change that.
{{ rows_in_force(
    source('grid_information', 'grid_event_stage'),
    feed='grid_event_stage',
    mode='upsert',
    key=['event_no', 'stage', 'stage_at', 'unit_code'],
    scope=[],
    history=false,
    columns=[
        'event_no',
        'stage',
        'stage_at',
        'unit_code',
        'staff_no',
        'extended_until',
        'is_passed',
        'note',
        '_drop_id',
        '_record',
        '_line',
        '_sheet',
    ],
) }}
