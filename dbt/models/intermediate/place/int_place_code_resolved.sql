-- Every division code that a record bears, and its place within the current boundaries: the code
-- itself or, where the register does not know it (any more), the nearest ancestor that its digits
-- name. What is below that ancestor stays null. A code of 4, 6 or 9 digits is filled up with zeros.
with codes_borne as (

    select place_code from {{ ref('int_event_mapped') }}
    union
    select place_code from {{ ref('int_organisation_mapped') }}
    union
    select place_code from {{ ref('int_feed_record_mapped') }}
    union
    select place_code from {{ ref('int_resident_place_code') }}

),

codes as (

    select
        place_code,
        case
            when length(place_code) < 12 then rpad(place_code, 12, '0')
            else place_code
        end as full_code
    from codes_borne
    where place_code is not null

),

candidates as (

    select place_code, full_code as candidate, 0 as steps_up from codes
    union all
    select place_code, substr(full_code, 1, 12) as candidate, 1 as steps_up from codes
    union all
    select place_code, substr(full_code, 1, 9) || '000' as candidate, 2 as steps_up from codes
    union all
    select place_code, substr(full_code, 1, 6) || '000000' as candidate, 3 as steps_up from codes
    union all
    select place_code, substr(full_code, 1, 4) || '00000000' as candidate, 4 as steps_up from codes

),

candidates_known as (

    select
        candidates.place_code,
        candidates.steps_up,
        places.city_code,
        places.district_code,
        places.street_code,
        places.community_code,
        places.grid_code
    from candidates
    inner join {{ ref('int_place_current') }} as places on candidates.candidate = places.place_code

),

candidates_ranked as (

    select
        *,
        row_number() over (partition by place_code order by steps_up) as nearness
    from candidates_known

),

codes_resolved as (

    select
        place_code,
        city_code,
        district_code,
        street_code,
        community_code,
        grid_code
    from candidates_ranked
    where nearness = 1

)

select * from codes_resolved
