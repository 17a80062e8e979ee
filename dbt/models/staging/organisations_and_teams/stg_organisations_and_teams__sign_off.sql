-- Written from the contract sign_off by ingestion/contracts/dbt_sources.py: change that.
{{ rows_in_force(
    source('organisations_and_teams', 'sign_off'),
    feed='sign_off',
    mode='upsert',
    key=['sign_off_no'],
    scope=[],
    history=false,
    columns=[
        'sign_off_no',
        'report',
        'place_code',
        'period',
        'decision',
        'unit_code',
        'decided_at',
        'publication',
        'opinion',
        '_drop_id',
        '_record',
        '_line',
        '_sheet',
    ],
) }}
