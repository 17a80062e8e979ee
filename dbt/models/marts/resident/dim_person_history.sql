-- Residents under keyed pseudonyms, as long as each was so (slowly changing dimension, type 2).
with versions as (

    select * from {{ ref('int_person_versions') }}

),

dim_person_history as (

    select
        person_key || '@' || cast(valid_from as {{ text_type() }}) as person_version_key,
        person_key,
        resident_kind,
        sex,
        birth_date,
        education,
        marital_status,
        dwelling_code,
        grid_code as place_code,
        household_no,
        {{ household_key() }} as household_key,
        lives_where_registered,
        registered_on,
        _as_of as as_of,
        valid_from,
        valid_to,
        is_current
    from versions

)

select * from dim_person_history
