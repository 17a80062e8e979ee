-- One row per matter of which a feed of stages tells: the earliest of each stage, the latest closing
-- and rating, and how often it took each side road.
with stages as (

    select * from {{ ref('int_event_stage_merged') }}

),

stages_summed as (

    select
        event_feed,
        event_no,
        {% for stage in [
            'reported', 'accepted', 'dispatched', 'responded', 'arrived', 'handled', 'verified',
        ] -%}
        min(passed_at) filter (where stage = '{{ stage }}') as {{ stage }}_at,
        {% endfor -%}
        {% for stage in ['closed', 'rated', 'reopened'] -%}
        max(passed_at) filter (where stage = '{{ stage }}') as {{ stage }}_at,
        {% endfor -%}
        {% for road in [
            'returned', 'extended', 'suspended', 'reopened', 'withdrawn', 'void', 'transferred',
        ] -%}
        count(*) filter (where stage = '{{ road }}') as {{ road }}_count,
        {% endfor -%}
        max(known_as_of) as known_as_of,
        cast(sum(source_rows) as bigint) as source_rows
    from stages
    group by event_feed, event_no

)

select * from stages_summed
