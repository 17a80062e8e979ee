-- One record per organisation that units are asked about: what the list says, who answered when, who
-- did not, how much is contradictory. What was told stands in bridge_organisation_feedback_value.
{% set units = ['party_building', 'union', 'women', 'youth_league', 'labour', 'registration'] -%}
with answers as (

    select
        organisation_key,
        count(*) as units_asked,
        count(*) filter (where is_answered) as units_answered,
        count(*) filter (where is_missing) as units_missing,
        sum(contradiction_count) as contradiction_count,
        min(answered_on) as first_answered_on,
        {% for unit in units -%}
        max(answered_on) filter (where answered_by = '{{ unit }}') as {{ unit }}_answered_on,
        {% endfor -%}
        max(answered_on) as last_answered_on
    from {{ ref('fct_organisation_feedback') }}
    group by organisation_key

),

dim_organisation_full_record as (

    select
        organisations.organisation_key,
        organisations.feed,
        organisations.organisation_no,
        organisations.organisation_name,
        organisations.kind,
        organisations.category,
        organisations.place_code,
        cast(answers.units_asked as integer) as units_asked,
        cast(answers.units_answered as integer) as units_answered,
        cast(answers.units_missing as integer) as units_missing,
        cast(answers.contradiction_count as integer) as contradiction_count,
        answers.first_answered_on,
        answers.last_answered_on,
        {% for unit in units -%}
        answers.{{ unit }}_answered_on,
        {% endfor -%}
        organisations.as_of
    from answers
    inner join {{ ref('dim_organisation') }} as organisations
        on answers.organisation_key = organisations.organisation_key

)

select * from dim_organisation_full_record
