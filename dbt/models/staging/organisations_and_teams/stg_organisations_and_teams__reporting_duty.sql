-- Written from the contract reporting_duty by ingestion/contracts/dbt_sources.py: change that.
{{ rows_in_force(
    source('organisations_and_teams', 'reporting_duty'),
    feed='reporting_duty',
    mode='snapshot',
    key=['unit', 'feed'],
    scope=[],
    history=false,
    columns=[
        'unit',
        'feed',
        'unit_name',
        'place_code',
        'since',
        'until',
        '_drop_id',
        '_record',
        '_line',
        '_sheet',
    ],
) }}
