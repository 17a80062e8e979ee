-- Written from the contract reading by ingestion/contracts/dbt_sources.py: change that.
{{ rows_in_force(
    source('safe_city', 'reading'),
    feed='reading',
    mode='append',
    key=['sensor_no', 'read_at', 'quantity'],
    scope=[],
    history=false,
    columns=[
        'sensor_no',
        'read_at',
        'quantity',
        'value',
        'measure_unit',
        'is_alarm',
        '_drop_id',
        '_record',
        '_line',
        '_sheet',
    ],
) }}
