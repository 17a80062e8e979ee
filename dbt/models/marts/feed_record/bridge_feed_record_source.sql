-- A record is its own source row: always the anchor.
with records as (

    select * from {{ ref('fct_feed_record') }}

),

bridge_feed_record_source as (

    select
        record_key,
        feed,
        drop_id,
        record,
        line,
        sheet,
        true as is_anchor
    from records

)

select * from bridge_feed_record_source
