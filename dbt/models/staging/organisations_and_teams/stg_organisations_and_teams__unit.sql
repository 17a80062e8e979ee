-- Written from the contract unit by ingestion/contracts/dbt_sources.py: change that.
{{ rows_in_force(
    source('organisations_and_teams', 'unit'),
    feed='unit',
    mode='snapshot',
    key=['unit_code'],
    scope=[],
    history=false,
    columns=[
        'unit_code',
        'unit_name',
        'level',
        'kind',
        'credit_code',
        'parent_code',
        'place_code',
        'phone_pseudonym',
        '_drop_id',
        '_record',
        '_line',
        '_sheet',
    ],
) }}
