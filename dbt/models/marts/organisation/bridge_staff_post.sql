-- Who holds which post of which unit, from when till when, as the latest row of each stay says. A
-- post is held still where its end is open or lies after the latest date that any row of staff
-- speaks of.
{{ latest_rows(ref('int_staff_post_mapped'), ['staff_post_key']) }},

latest as (

    select cast(max(_as_of) as date) as told_until from {{ ref('int_staff_mapped') }}

),

bridge_staff_post as (

    select
        latest_rows.staff_post_key,
        latest_rows.staff_no,
        latest_rows.post,
        latest_rows.unit_code,
        latest_rows.since,
        latest_rows.until,
        coalesce(latest_rows.since <= latest.told_until, true)
        and coalesce(latest_rows.until > latest.told_until, true) as is_current,
        latest_rows._as_of as as_of
    from latest_rows
    cross join latest

)

select * from bridge_staff_post
