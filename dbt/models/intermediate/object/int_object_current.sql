-- One row per object, as the latest row that names it says. 0, 0 are no coordinates.
{{ latest_rows(ref('int_object_mapped'), ['feed', 'object_no']) }},

rows_told as (

    select feed, object_no, count(*) as source_rows
    from {{ ref('int_object_mapped') }}
    group by feed, object_no

),

objects_current as (

    select
        latest_rows.feed,
        latest_rows.object_no,
        latest_rows.object_name,
        latest_rows.kind,
        latest_rows.state,
        latest_rows.net,
        latest_rows.place_code,
        case when latest_rows.longitude <> 0 or latest_rows.latitude <> 0 then latest_rows.longitude end
            as longitude,
        case when latest_rows.longitude <> 0 or latest_rows.latitude <> 0 then latest_rows.latitude end
            as latitude,
        latest_rows._as_of as as_of,
        rows_told.source_rows,
        latest_rows._drop_id,
        latest_rows._record
    from latest_rows
    inner join rows_told
        on latest_rows.feed = rows_told.feed
        and latest_rows.object_no = rows_told.object_no

)

select * from objects_current
