-- The first and the last date that the data speak of, widened to whole years. Dates before 1949 or
-- after 2100 are slips of the pen and do not stretch the calendar.
with dates_told as (

    {% for stage in ['reported', 'closed'] -%}
    select cast({{ stage }}_at as date) as date_day from {{ ref('int_event_mapped') }}
    union all
    {% endfor -%}
    select register_date from {{ ref('int_place_registered') }}
    union all
    select cast(as_of as date) from {{ ref('stg_bookkeeping__drops') }}

),

bounds as (

    select
        min(date_day) as first_told,
        max(date_day) as last_told
    from dates_told
    where date_day between cast('1949-01-01' as date) and cast('2100-12-31' as date)

),

calendar_bounds as (

    select
        cast(date_trunc('year', first_told) as date) as first_day,
        cast(cast(extract(year from last_told) as {{ text_type() }}) || '-12-31' as date)
            as last_day
    from bounds
    where first_told is not null

)

select * from calendar_bounds
