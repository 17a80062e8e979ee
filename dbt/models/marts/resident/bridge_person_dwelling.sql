-- Who lived in which dwelling and household, and how long: versions of a person that differ in
-- other things only are one stay. The windows run over persons with more than one version.
with versions as (

    select
        person_key,
        dwelling_code,
        household_key,
        valid_from,
        valid_to,
        is_current
    from {{ ref('dim_person_history') }}

),

persons_changed as (

    select distinct person_key
    from versions
    where not is_current

),

versions_compared as (

    select
        versions.*,
        coalesce(versions.dwelling_code, '') || '|' || coalesce(versions.household_key, '') as home,
        lag(coalesce(versions.dwelling_code, '') || '|' || coalesce(versions.household_key, ''))
            over (partition by versions.person_key order by versions.valid_from) as previous_home
    from versions
    inner join persons_changed on versions.person_key = persons_changed.person_key

),

versions_numbered as (

    select
        *,
        sum(case when previous_home = home then 0 else 1 end) over (
            partition by person_key
            order by valid_from
            rows between unbounded preceding and current row
        ) as stay_no
    from versions_compared

),

stays as (

    select
        person_key,
        dwelling_code,
        household_key,
        min(valid_from) as valid_from,
        case when not bool_or(is_current) then max(valid_to) end as valid_to,
        bool_or(is_current) as is_current
    from versions_numbered
    where dwelling_code is not null
    group by person_key, stay_no, dwelling_code, household_key
    union all
    select
        versions.person_key,
        versions.dwelling_code,
        versions.household_key,
        versions.valid_from,
        versions.valid_to,
        versions.is_current
    from versions
    left join persons_changed on versions.person_key = persons_changed.person_key
    where persons_changed.person_key is null and versions.dwelling_code is not null

),

bridge_person_dwelling as (

    select
        stays.person_key || '@' || cast(stays.valid_from as {{ text_type() }}) as stay_key,
        stays.person_key,
        stays.dwelling_code,
        stays.household_key,
        dwellings.dwelling_code is not null as is_known_dwelling,
        stays.valid_from,
        stays.valid_to,
        stays.is_current
    from stays
    left join {{ ref('dim_dwelling') }} as dwellings
        on stays.dwelling_code = dwellings.dwelling_code

)

select * from bridge_person_dwelling
