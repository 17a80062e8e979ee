-- A record is its own source row: always the anchor.
with records as (

    select * from {{ ref('int_sentiment_mapped') }}

),

bridge_sentiment_source as (

    select
        _drop_id || ':' || cast(_record as {{ text_type() }}) as sentiment_key,
        feed,
        _drop_id as drop_id,
        _record as record,
        _line as line,
        _sheet as sheet,
        true as is_anchor
    from records

)

select * from bridge_sentiment_source
