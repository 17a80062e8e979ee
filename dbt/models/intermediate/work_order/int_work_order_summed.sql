-- One row per order and recipient: when it first came to each step, and how often it was looked
-- after. Its deployment stands for it; where none is known, its first step does.
with steps as (

    select
        *,
        feed || ':' || coalesce(order_no, '') || ':' || coalesce(recipient, '') as work_order_key
    from {{ ref('int_work_order_step_mapped') }}

),

steps_ranked as (

    select
        *,
        row_number() over (
            partition by work_order_key
            order by
                case when step = 'deployment' then 0 else 1 end, stepped_at asc nulls last,
                _drop_id, _record
        ) as from_the_first,
        row_number() over (
            partition by work_order_key
            order by
                case when step = 'assessment' and score is not null then 0 else 1 end,
                stepped_at desc nulls last, _drop_id desc, _record desc
        ) as from_the_last_assessment
    from steps

),

work_orders_summed as (

    select
        work_order_key,
        max(case when from_the_first = 1 then feed end) as feed,
        max(case when from_the_first = 1 then order_no end) as order_no,
        max(case when from_the_first = 1 then parent_no end) as parent_no,
        max(case when from_the_first = 1 then issuer end) as issuer,
        max(case when from_the_first = 1 then recipient end) as recipient,
        max(case when from_the_first = 1 then place_code end) as place_code,
        max(case when from_the_first = 1 then _drop_id end) as _drop_id,
        max(case when from_the_first = 1 then _record end) as _record,
        max(case when from_the_first = 1 then _as_of end) as as_of,
        max(deadline) as deadline,
        min(case when step = 'deployment' then stepped_at end) as deployed_at,
        min(case when step = 'receipt' then stepped_at end) as received_at,
        min(case when step = 'feedback' then stepped_at end) as first_feedback_at,
        min(case when step = 'feedback' and is_done then stepped_at end) as done_at,
        max(case when step = 'assessment' then stepped_at end) as assessed_at,
        max(
            case when from_the_last_assessment = 1 and step = 'assessment' then score end
        ) as score,
        sum(case when step = 'supervision' then 1 else 0 end) as supervisions,
        sum(case when step = 'training' then 1 else 0 end) as trainings,
        sum(case when step = 'process_change' then 1 else 0 end) as process_changes,
        count(*) as source_rows
    from steps_ranked
    group by work_order_key

)

select * from work_orders_summed
