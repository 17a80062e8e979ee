-- What a delivery was made of: the drops of its period, the first that came the anchor; where none
-- came, the last one before; and the line of the list that says that the unit owes it, the anchor where the
-- unit never sent anything. A drop stands whole, as its record 0.
with deliveries as (

    select * from {{ ref('fct_delivery') }}

),

source_rows as (

    select
        deliveries.delivery_key,
        told.feed,
        told.drop_id,
        cast(0 as bigint) as record,
        cast(null as bigint) as line,
        cast(null as {{ text_type() }}) as sheet,
        deliveries._drop_id = told.drop_id as is_anchor
    from deliveries
    inner join {{ ref('int_delivery_told') }} as told
        on deliveries.unit = told.unit
        and deliveries.feed = told.feed
        and told.spoken_of between deliveries.period_start and deliveries.period_end
    union all
    select
        delivery_key,
        feed,
        _drop_id as drop_id,
        cast(0 as bigint) as record,
        cast(null as bigint) as line,
        cast(null as {{ text_type() }}) as sheet,
        true as is_anchor
    from deliveries
    where not is_delivered and _record = 0
    union all
    select
        deliveries.delivery_key,
        duties.feed,
        duties._drop_id as drop_id,
        duties._record as record,
        duties._line as line,
        duties._sheet as sheet,
        deliveries._record > 0 as is_anchor
    from deliveries
    inner join {{ ref('int_reporting_duty_current') }} as duties
        on deliveries.unit = duties.unit
        and deliveries.feed = duties.sent_feed

),

bridge_delivery_source as (

    select
        delivery_key,
        feed,
        drop_id,
        record,
        line,
        sheet,
        is_anchor
    from source_rows

)

select * from bridge_delivery_source
