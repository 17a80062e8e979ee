-- Written from the contract training_record by ingestion/contracts/dbt_sources.py: change that.
{{ rows_in_force(
    source('organisations_and_teams', 'training_record'),
    feed='training_record',
    mode='upsert',
    key=['staff_no', 'course', 'trained_on'],
    scope=[],
    history=false,
    columns=[
        'staff_no',
        'course',
        'trained_on',
        'kind',
        'hours',
        'exam_score',
        'certificate',
        'unit_code',
        'organiser',
        '_drop_id',
        '_record',
        '_line',
        '_sheet',
    ],
) }}
