-- Every period for which a unit owes a feed or sent it: from the first that it ever sent, or from which on it
-- is listed, until it is listed no more. Sent: by which drop first, and when.
with told as (

    select
        told.*,
        periods.period_start,
        row_number() over (
            partition by told.unit, told.feed, periods.period_start
            order by told.received_at asc, told.drop_id asc
        ) as first_in_period,
        count(*) over (partition by told.unit, told.feed, periods.period_start) as drops_of_period
    from {{ ref('int_delivery_told') }} as told
    inner join {{ ref('int_service_level') }} as levels on told.feed = levels.feed
    inner join {{ ref('int_delivery_period') }} as periods
        on levels.cadence = periods.cadence
        and told.spoken_of between periods.period_start and periods.period_end

),

duties as (

    select
        unit,
        sent_feed as feed,
        since,
        until
    from {{ ref('int_reporting_duty_current') }}
    where since between cast('1949-01-01' as date) and cast('2100-12-31' as date)

),

known as (

    select max(known_on) as known_on from {{ ref('int_delivery_told') }}

),

senders as (

    select
        unit,
        feed,
        min(spoken_of) as first_told
    from told
    group by unit, feed

),

owing as (

    select
        coalesce(senders.unit, duties.unit) as unit,
        coalesce(senders.feed, duties.feed) as feed,
        senders.first_told,
        duties.since,
        duties.until
    from senders
    full outer join duties
        on senders.unit = duties.unit
        and senders.feed = duties.feed

),

owed as (

    select
        owing.unit,
        owing.feed,
        levels.module,
        levels.cadence,
        periods.period_start,
        periods.period_end,
        cast({{ hours_later(
            'cast(periods.period_end as timestamp)', '24.0 * levels.due_days'
        ) }} as date) as due_on,
        known.known_on,
        periods.period_start > owing.until as is_after
    from owing
    inner join {{ ref('int_service_level') }} as levels on owing.feed = levels.feed
    inner join {{ ref('int_delivery_period') }} as periods
        on levels.cadence = periods.cadence
        and (
            coalesce(owing.first_told <= periods.period_end, false)
            or coalesce(owing.since <= periods.period_end, false)
        )
    cross join known

),

delivery_owed as (

    select
        owed.unit,
        owed.feed,
        owed.module,
        owed.cadence,
        owed.period_start,
        owed.period_end,
        owed.due_on,
        told.drop_id,
        told.delivered_on,
        told.drops_of_period,
        coalesce(owed.due_on <= owed.known_on and not coalesce(owed.is_after, false), false) as is_due
    from owed
    left join told
        on owed.unit = told.unit
        and owed.feed = told.feed
        and owed.period_start = told.period_start
        and told.first_in_period = 1

)

select * from delivery_owed
where drop_id is not null or is_due
