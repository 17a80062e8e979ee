-- Written from the contract school by ingestion/contracts/dbt_sources.py: change that.
{{ rows_in_force(
    source('campus_safety', 'school'),
    feed='school',
    mode='snapshot',
    key=['school_code'],
    scope=[],
    history=false,
    columns=[
        'sequence_no',
        'school_name',
        'school_code',
        'authority',
        'city_name',
        'education_level',
        'remark',
        '_drop_id',
        '_record',
        '_line',
        '_sheet',
    ],
) }}
