-- The steps that made an order with one of its recipients; its deployment is the anchor.
{{ source_rows_anchored(
    ref('int_work_order_step_mapped'), ref('fct_work_order'), 'work_order_key',
    "feed || ':' || coalesce(order_no, '') || ':' || coalesce(recipient, '')"
) }}
