-- Every step of a work order with one of its recipients, in order, with the hours since the one
-- before. An order with one step needs no window. It is placed where its recipient is.
with records as (

    select
        *,
        _drop_id || ':' || cast(_record as {{ text_type() }}) as work_order_step_key
    from {{ ref('int_work_order_step_mapped') }}

),

{{ steps_in_order(
    'records', 'work_order_step_key', ['order_no', 'recipient'], 'step', 'stepped_at',
    ['_drop_id', '_record']
) }},

fct_work_order_step as (

    select
        records.work_order_step_key,
        records.feed,
        records.order_no,
        records.parent_no,
        records.issuer,
        records.recipient,
        records.step,
        records.stepped_at,
        records.deadline,
        records.score,
        records.is_done,
        records.place_code,
        cast(coalesce(steps_in_order.step_no, 1) as integer) as step_no,
        steps_in_order.previous_step,
        {{ hours_between('steps_in_order.previous_at', 'records.stepped_at') }} as hours_since_previous,
        places.city_code,
        places.district_code,
        places.street_code,
        places.community_code,
        places.grid_code,
        records._as_of as as_of,
        records._drop_id,
        records._record
    from records
    left join steps_in_order on records.work_order_step_key = steps_in_order.work_order_step_key
    left join {{ ref('int_unit_current') }} as units on records.recipient = units.unit_code
    left join {{ ref('int_place_code_resolved') }} as places
        on coalesce(records.place_code, units.place_code) = places.place_code

)

select * from fct_work_order_step
