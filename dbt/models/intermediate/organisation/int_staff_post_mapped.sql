-- One row per row in force that says who holds which post of which unit, since when.
with posts_held as (

    select
        staff_no || '|' || post || '|' || coalesce(unit_code, '') || '|'
        || coalesce(cast(since as {{ text_type() }}), '') as staff_post_key,
        staff_no,
        post,
        unit_code,
        since,
        until,
        _drop_id,
        _record,
        _sha256,
        _as_of
    from {{ ref('int_staff_mapped') }}
    where staff_no is not null and post is not null

)

select * from posts_held
