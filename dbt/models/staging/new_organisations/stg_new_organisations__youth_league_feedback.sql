-- Written from the contract youth_league_feedback by ingestion/contracts/dbt_sources.py: change that.
{{ rows_in_force(
    source('new_organisations', 'youth_league_feedback'),
    feed='youth_league_feedback',
    mode='upsert',
    key=['credit_code'],
    scope=[],
    history=false,
    columns=[
        'credit_code',
        'organisation_name',
        'has_league_branch',
        'league_member_count',
        'youth_count',
        'founded_on',
        'activity_count',
        'answered_on',
        'remark',
        '_drop_id',
        '_record',
        '_line',
        '_sheet',
    ],
) }}
