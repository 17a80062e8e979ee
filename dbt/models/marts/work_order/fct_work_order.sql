-- Every work order with every unit that it was for, its steps as an accumulating snapshot: how long
-- each hop took, where it stands, and whether it came point to point or level by level. An order
-- that passes another on knows when the first of them was deployed, up to three levels above. It is
-- placed where its recipient is. Judged as of the latest drop of work orders. A step before the one that
-- it must follow has no hours, and is counted.
{% set hops = {
    'hours_to_receipt': ('deployed_at', 'received_at'),
    'hours_to_feedback': ('received_at', 'first_feedback_at'),
    'hours_to_done': ('deployed_at', 'done_at'),
    'hours_from_first_deployment': ('first_deployed_at', 'done_at'),
    'hours_to_assessment': ('done_at', 'assessed_at'),
} %}
{% set backwards = [] %}
{% for start, finish in hops.values() %}
{% do backwards.append('coalesce(with_roots.' ~ start ~ ' > with_roots.' ~ finish ~ ', false)') %}
{% endfor %}
with orders as (

    select * from {{ ref('int_work_order_summed') }}

),

known as (

    select max(_as_of) as known_as_of from {{ ref('int_work_order_step_mapped') }}

),

passed_on as (

    select distinct feed, parent_no, issuer
    from orders
    where parent_no is not null

),

units as (

    select
        unit_code,
        unit_code || ' ' || coalesce(unit_name, '') as unit_label,
        level,
        place_code
    from {{ ref('int_unit_current') }}

),

with_roots as (

    select
        orders.*,
        known.known_as_of,
        case
            when orders.parent_no is not null or passed_on.parent_no is not null
                then 'level_by_level'
            else 'point_to_point'
        end as route,
        coalesce(above_3.deployed_at, above_2.deployed_at, above_1.deployed_at, orders.deployed_at)
            as first_deployed_at
    from orders
    cross join known
    left join passed_on
        on orders.feed = passed_on.feed
        and orders.order_no = passed_on.parent_no
        and orders.recipient = passed_on.issuer
    left join orders as above_1
        on orders.feed = above_1.feed
        and orders.parent_no = above_1.order_no
        and orders.issuer = above_1.recipient
    left join orders as above_2
        on above_1.feed = above_2.feed
        and above_1.parent_no = above_2.order_no
        and above_1.issuer = above_2.recipient
    left join orders as above_3
        on above_2.feed = above_3.feed
        and above_2.parent_no = above_3.order_no
        and above_2.issuer = above_3.recipient

),

fct_work_order as (

    select
        with_roots.work_order_key,
        with_roots.feed,
        with_roots.order_no,
        with_roots.parent_no,
        with_roots.route,
        with_roots.issuer,
        with_roots.recipient,
        coalesce(issuers.unit_label, with_roots.issuer) as issuer_label,
        issuers.level as issuer_level,
        coalesce(recipients.unit_label, with_roots.recipient) as recipient_label,
        recipients.level as recipient_level,
        case
            when with_roots.done_at is not null then 'done'
            when with_roots.first_feedback_at is not null then 'fed_back'
            when with_roots.received_at is not null then 'received'
            when with_roots.deployed_at is not null then 'deployed'
            else 'unknown'
        end as standing,
        with_roots.deployed_at,
        with_roots.received_at,
        with_roots.first_feedback_at,
        with_roots.done_at,
        with_roots.assessed_at,
        with_roots.deadline,
        with_roots.score,
        cast(with_roots.supervisions as bigint) as supervisions,
        cast(with_roots.trainings as bigint) as trainings,
        cast(with_roots.process_changes as bigint) as process_changes,
        with_roots.received_at is not null as is_received,
        with_roots.done_at is null as is_open,
        coalesce(cast(with_roots.deadline as date) < cast(with_roots.known_as_of as date), false)
            as is_due,
        coalesce(cast(with_roots.deadline as date) < cast(with_roots.known_as_of as date), false)
        and coalesce(cast(with_roots.done_at as date) <= cast(with_roots.deadline as date), false)
            as is_in_time,
        coalesce(cast(with_roots.deadline as date) < cast(with_roots.known_as_of as date), false)
        and with_roots.done_at is null as is_stuck,
        {% for name, (start, finish) in hops.items() -%}
        case
            when with_roots.{{ start }} <= with_roots.{{ finish }}
                then {{ hours_between('with_roots.' ~ start, 'with_roots.' ~ finish) }}
        end as {{ name }},
        {% endfor -%}
        {{ backwards | join(' or ') }} as has_impossible_times,
        coalesce(with_roots.place_code, recipients.place_code) as place_code,
        places.city_code,
        places.district_code,
        places.street_code,
        places.community_code,
        places.grid_code,
        with_roots.as_of,
        cast(with_roots.source_rows as integer) as source_rows,
        with_roots._drop_id,
        with_roots._record
    from with_roots
    left join units as issuers on with_roots.issuer = issuers.unit_code
    left join units as recipients on with_roots.recipient = recipients.unit_code
    left join {{ ref('int_place_code_resolved') }} as places
        on coalesce(with_roots.place_code, recipients.place_code) = places.place_code

)

select * from fct_work_order
