-- Written from the contract survey_answer by ingestion/contracts/dbt_sources.py: change that.
{{ rows_in_force(
    source('safety_survey', 'survey_answer'),
    feed='survey_answer',
    mode='upsert',
    key=['survey_no', 'answer_no', 'question'],
    scope=[],
    history=false,
    columns=[
        'survey_no',
        'answer_no',
        'question',
        'period',
        'answered_on',
        'place_code',
        'method',
        'score',
        'weight',
        '_drop_id',
        '_record',
        '_line',
        '_sheet',
    ],
) }}
