-- Every stage that a matter passed, in order, with the hours since the one before. Stages of one
-- moment follow the order of handling; a matter with one stage needs no window. A stage of a matter
-- that nobody reported is kept, without a place.
{% set order_of_stages = [
    'reported', 'accepted', 'dispatched', 'responded', 'arrived', 'handled', 'verified', 'closed',
    'rated',
] -%}
{% set side_roads = [
    'returned', 'extended', 'suspended', 'reopened', 'withdrawn', 'void', 'transferred',
] -%}
with stages as (

    select
        *,
        case stage
            {% for stage in order_of_stages -%}
            when '{{ stage }}' then {{ loop.index }}
            {% endfor -%}
            else 0
        end as stage_position
    from {{ ref('int_event_stage_merged') }}

),

{{ steps_in_order(
    'stages', 'stage_key', ['event_feed', 'event_no'], 'stage', 'passed_at',
    ['stage_position', 'stage']
) }},

fct_event_stage as (

    select
        stages.stage_key,
        stages.event_feed || ':' || stages.event_no as event_key,
        stages.feed,
        stages.event_feed,
        stages.event_no,
        stages.stage,
        coalesce(stages.stage in (
            {%- for road in side_roads %}'{{ road }}'{{ ', ' if not loop.last }}{% endfor -%}
        ), false) as is_side_road,
        stages.passed_at,
        cast(coalesce(steps_in_order.step_no, 1) as integer) as step_no,
        steps_in_order.previous_step as previous_stage,
        {{ hours_between('steps_in_order.previous_at', 'stages.passed_at') }}
            as hours_since_previous,
        stages.unit_name,
        stages.staff_no,
        events.category,
        events.city_code,
        events.district_code,
        events.street_code,
        events.community_code,
        events.grid_code,
        cast(stages.source_rows as integer) as source_rows,
        stages._drop_id,
        stages._record
    from stages
    left join steps_in_order on stages.stage_key = steps_in_order.stage_key
    left join {{ ref('fct_event') }} as events
        on stages.event_feed = events.feed
        and stages.event_no = events.event_no

)

select * from fct_event_stage
