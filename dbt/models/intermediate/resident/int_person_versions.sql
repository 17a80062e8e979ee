-- A person's versions: what was told on consecutive days without a change is one version, as its
-- last row says. Of several rows of one day the last counts, by (_as_of, _sha256, _record,
-- _drop_id). Another date of registration alone is no change. The windows run over persons told of
-- more than once.
{% set followed = [
    'resident_kind', 'sex', 'birth_date', 'education', 'marital_status', 'dwelling_code',
    'grid_code', 'household_no', 'lives_where_registered'
] -%}
with persons_told_again as (

    select person_key
    from {{ ref('int_person_told') }}
    where person_key is not null
    group by person_key
    having count(*) > 1

),

rows_told_again as (

    select
        told.*,
        cast(told._as_of as date) as told_on,
        {% for name in followed -%}
        coalesce(cast(told.{{ name }} as {{ text_type() }}), ''){{ " || '|' || " if not loop.last }}
        {%- endfor %} as identity
    from {{ ref('int_person_told') }} as told
    inner join persons_told_again on told.person_key = persons_told_again.person_key

),

rows_ranked as (

    select
        *,
        row_number() over (
            partition by person_key, told_on
            order by _as_of desc, _sha256 desc, _record desc, _drop_id desc
        ) as place
    from rows_told_again

),

days_compared as (

    select
        *,
        coalesce(
            lag(identity) over (partition by person_key order by told_on) <> identity, true
        ) as begins,
        coalesce(
            lead(identity) over (partition by person_key order by told_on) <> identity, true
        ) as ends,
        lead(told_on) over (partition by person_key order by told_on) as next_told_on
    from rows_ranked
    where place = 1

),

days_dated as (

    select
        *,
        max(case when begins then told_on end) over (
            partition by person_key
            order by told_on
            rows between unbounded preceding and current row
        ) as valid_from
    from days_compared

),

versions_told_again as (

    select
        {{ person_version_columns('days_dated') }},
        days_dated.valid_from,
        days_dated.next_told_on as valid_to,
        days_dated.next_told_on is null as is_current
    from days_dated
    where days_dated.ends

),

versions_told_once as (

    select
        {{ person_version_columns('told') }},
        cast(told._as_of as date) as valid_from,
        cast(null as date) as valid_to,
        true as is_current
    from {{ ref('int_person_told') }} as told
    left join persons_told_again on told.person_key = persons_told_again.person_key
    where told.person_key is not null and persons_told_again.person_key is null

),

person_versions as (

    select * from versions_told_again
    union all
    select * from versions_told_once

)

select * from person_versions
