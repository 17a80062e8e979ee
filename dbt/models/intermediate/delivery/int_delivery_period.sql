-- Every period by which feeds are sent, from the year in which the first one begins to the last day of
-- which any drop speaks.
with dates_told as (

    select
        spoken_of as day,
        known_on
    from {{ ref('int_delivery_told') }}
    union all
    select
        since as day,
        null as known_on
    from {{ ref('int_reporting_duty_current') }}
    where since between cast('1949-01-01' as date) and cast('2100-12-31' as date)

),

bounds as (

    select
        cast(date_trunc('week', date_trunc('year', min(day))) as date) as first_day,
        greatest(max(day), max(known_on)) as last_day
    from dates_told

),

days as (

    select {{ days_between('first_day', 'last_day') }} as day
    from bounds
    where first_day is not null and last_day is not null

),

months as (

    select
        day as period_start,
        extract(month from day) as month_no
    from days
    where extract(day from day) = 1

),

periods as (

    select
        'day' as cadence,
        day as period_start,
        day as period_end
    from days
    union all
    select
        'week' as cadence,
        day as period_start,
        cast(day + interval '6' day as date) as period_end
    from days
    where {{ iso_weekday('day') }} = 1
    {% for cadence, length in [('month', 1), ('quarter', 3), ('half_year', 6), ('year', 12)] -%}
    union all
    select
        '{{ cadence }}' as cadence,
        period_start,
        last_day(cast(period_start + interval '{{ length - 1 }}' month as date)) as period_end
    from months
    where mod(month_no - 1, {{ length }}) = 0
    {% endfor %}

)

select * from periods
