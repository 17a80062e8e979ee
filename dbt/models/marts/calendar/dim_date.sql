-- Every day of every year that the data touch.
with days as (

    select {{ days_between('first_day', 'last_day') }} as date_day
    from {{ ref('int_calendar_bounds') }}

),

dates as (

    select
        date_day,
        cast(extract(year from date_day) as integer) as year_no,
        cast(extract(quarter from date_day) as integer) as quarter_no,
        cast(extract(month from date_day) as integer) as month_no,
        cast({{ iso_year('date_day') }} as integer) as iso_year_no,
        cast(extract(week from date_day) as integer) as iso_week_no,
        cast({{ iso_weekday('date_day') }} as integer) as weekday_no,
        cast(date_trunc('month', date_day) as date) as month_start,
        cast(date_trunc('quarter', date_day) as date) as quarter_start,
        cast(date_trunc('year', date_day) as date) as year_start
    from days

)

select * from dates
