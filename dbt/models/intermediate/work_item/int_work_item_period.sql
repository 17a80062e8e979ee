-- Every period of each cadence: what is done daily or weekly is told by month, a half year is named by
-- its last quarter. From the first period of which any unit told to the day up to which
-- anything is known of work items.
with told as (

    select
        min(
            case
                when period >= '1949' and period < '2101'
                    then try_cast(substr(period, 1, 4) || '-01-01' as date)
            end
        ) as first_day,
        max(cast(_as_of as date)) as last_day
    from {{ ref('int_work_item_current') }}

),

days as (

    select {{ days_between('first_day', 'last_day') }} as day
    from told
    where first_day is not null and last_day is not null

),

months as (

    select
        day as period_start,
        cast(extract(year from day) as {{ text_type() }}) as year_text,
        cast(extract(quarter from day) as {{ text_type() }}) as quarter_text,
        extract(month from day) as month_no
    from days
    where extract(day from day) = 1

),

periods as (

    {% for cadence in ['day', 'week', 'month'] -%}
    select
        '{{ cadence }}' as cadence,
        substr(cast(period_start as {{ text_type() }}), 1, 7) as period,
        period_start,
        last_day(period_start) as period_end
    from months
    union all
    {% endfor -%}
    select
        'quarter' as cadence,
        year_text || 'Q' || quarter_text as period,
        period_start,
        last_day(cast(period_start + interval '2' month as date)) as period_end
    from months
    where month_no in (1, 4, 7, 10)
    union all
    select
        'half_year' as cadence,
        year_text || case month_no when 1 then 'Q2' else 'Q4' end as period,
        period_start,
        last_day(cast(period_start + interval '5' month as date)) as period_end
    from months
    where month_no in (1, 7)
    union all
    select
        'year' as cadence,
        year_text as period,
        period_start,
        last_day(cast(period_start + interval '11' month as date)) as period_end
    from months
    where month_no = 1

)

select * from periods
