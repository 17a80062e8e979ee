-- Every period for which a unit sends a feed: sent, and when, or not. Whether one is due is judged by the
-- last day of which any drop speaks, never by today: the same drops say the same on any day. A unit
-- that is on no list owes what it ever sent.
with owed as (

    select * from {{ ref('int_delivery_owed') }}

),

-- What was sent last before a period stands for it where nothing was sent.
before_missing as (

    select
        owed.unit,
        owed.feed,
        owed.period_start,
        earlier.drop_id,
        row_number() over (
            partition by owed.unit, owed.feed, owed.period_start
            order by earlier.period_start desc
        ) as nearness
    from owed
    inner join owed as earlier
        on owed.unit = earlier.unit
        and owed.feed = earlier.feed
        and owed.period_start > earlier.period_start
    where owed.drop_id is null and earlier.drop_id is not null

),

grids as (

    select
        places.place_code,
        count(*) as grids
    from (
        {% for level in ['city', 'district', 'street', 'community', 'grid'] -%}
        select {{ level }}_code as place_code
        from {{ ref('int_place_current') }}
        where level = 'grid'
        {{ 'union all' if not loop.last }}
        {% endfor %}
    ) as places
    where places.place_code is not null
    group by places.place_code

),

placed as (

    select
        owed.*,
        owed.drop_id is not null as is_delivered,
        before_missing.drop_id as drop_before,
        duties.unit_name,
        duties._drop_id as duty_drop_id,
        duties._record as duty_record,
        duties.place_code,
        places.city_code,
        places.district_code,
        places.street_code,
        places.community_code,
        places.grid_code,
        case when owed.is_due then coalesce(grids.grids, 0) else 0 end as grids_due
    from owed
    left join before_missing
        on owed.unit = before_missing.unit
        and owed.feed = before_missing.feed
        and owed.period_start = before_missing.period_start
        and before_missing.nearness = 1
    left join {{ ref('int_reporting_duty_current') }} as duties
        on owed.unit = duties.unit
        and owed.feed = duties.sent_feed
    left join {{ ref('int_place_code_resolved') }} as places
        on duties.place_code = places.place_code
    left join grids
        on grids.place_code = coalesce(
            places.grid_code,
            places.community_code,
            places.street_code,
            places.district_code,
            places.city_code
        )

),

fct_delivery as (

    select
        unit || ':' || feed || ':' || cast(period_start as {{ text_type() }}) as delivery_key,
        unit,
        unit || coalesce(' ' || unit_name, '') as unit_label,
        feed,
        module,
        cadence,
        period_start,
        period_end,
        due_on,
        delivered_on,
        is_due,
        is_delivered,
        is_due and is_delivered as is_received,
        is_due and coalesce(delivered_on <= due_on, false) as is_in_time,
        is_due and coalesce(delivered_on > due_on, false) as is_late,
        is_due and not is_delivered as is_missing,
        grids_due,
        case when is_delivered then grids_due else 0 end as grids_received,
        place_code,
        city_code,
        district_code,
        street_code,
        community_code,
        grid_code,
        cast(
            coalesce(drops_of_period, case when drop_before is null then 0 else 1 end)
            + case when duty_drop_id is null then 0 else 1 end as integer
        ) as source_rows,
        coalesce(drop_id, drop_before, duty_drop_id) as _drop_id,
        case when coalesce(drop_id, drop_before) is null then duty_record else 0 end as _record
    from placed

)

select * from fct_delivery
