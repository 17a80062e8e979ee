-- The feeds that are sent by a period, as their contracts say.
with service_levels as (

    {% for level in feeds('service_levels') -%}
    select
        '{{ level.feed }}' as feed,
        '{{ level.module }}' as module,
        '{{ level.cadence }}' as cadence,
        {{ level.due_days }} as due_days
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from service_levels
