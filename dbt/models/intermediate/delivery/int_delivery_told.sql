-- Every accepted drop of a feed that is sent by a period: when it came and of which day it speaks. A file that
-- says no day is of the last one that may be due when it comes; a database that is read is asked for
-- no files. Days before 1949 or after 2100 are slips of the pen.
with drops as (

    select
        *,
        cast({{ hours_later('received_at', '8.0') }} as date) as delivered_on
    from {{ ref('stg_bookkeeping__drops') }}
    where as_of_source <> 'snapshot'

),

known as (

    select max(cast(as_of as date)) as known_on from drops

),

deliveries_told as (

    select
        drops.drop_id,
        drops.unit,
        drops.feed,
        drops.received_at,
        drops.delivered_on,
        case
            when drops.as_of_source = 'arrival'
                then
                    cast({{ hours_later(
                        'cast(drops.delivered_on as timestamp)', '-24.0 * service_levels.due_days'
                    ) }} as date)
            else cast(drops.as_of as date)
        end as spoken_of,
        known.known_on
    from drops
    inner join {{ ref('int_service_level') }} as service_levels on drops.feed = service_levels.feed
    cross join known

)

select * from deliveries_told
where spoken_of between cast('1949-01-01' as date) and cast('2100-12-31' as date)
