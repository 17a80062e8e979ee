-- One row per row in force of every feed of work items, under one set of names. A row that names no
-- period speaks of the month in which the thing was done. A month counts for the quarter, half year
-- or year in which the item is to be done, a quarter for the half year or year: what is told more
-- finely is told.
with records_of_feeds as (

    {{ rows_of_feeds(feeds('work_item_feeds'), [
        ('item_code', 'item', text_type()),
        ('unit_code', 'unit', text_type()),
        ('period_named', 'period', text_type()),
        ('phase', 'phase', text_type()),
        ('done_at', 'at', 'timestamp'),
        ('target_count', 'target', 'double'),
        ('done_count', 'amount', 'double'),
    ]) }}

),

records_dated as (

    select
        *,
        coalesce(done_at, _as_of) as told_at,
        coalesce(
            period_named, substr(cast(coalesce(done_at, _as_of) as {{ text_type() }}), 1, 7)
        ) as period_told
    from records_of_feeds

),

records_in_quarters as (

    select
        records_dated.*,
        items.cadence,
        substr(records_dated.period_told, 1, 4) as year_text,
        case
            when substr(records_dated.period_told, 5, 1) = 'Q'
                then substr(records_dated.period_told, 6, 1)
            when substr(records_dated.period_told, 6, 2) in ('01', '02', '03') then '1'
            when substr(records_dated.period_told, 6, 2) in ('04', '05', '06') then '2'
            when substr(records_dated.period_told, 6, 2) in ('07', '08', '09') then '3'
            when substr(records_dated.period_told, 6, 2) in ('10', '11', '12') then '4'
        end as quarter_text
    from records_dated
    left join {{ ref('work_items') }} as items on records_dated.item_code = items.item_code

),

records_mapped as (

    select
        feed,
        item_code,
        unit_code,
        case
            when cadence = 'year' then year_text
            when cadence = 'half_year' and quarter_text in ('1', '2') then year_text || 'Q2'
            when cadence = 'half_year' and quarter_text in ('3', '4') then year_text || 'Q4'
            when cadence = 'quarter' and quarter_text is not null
                then year_text || 'Q' || quarter_text
            else period_told
        end as period,
        phase,
        told_at,
        target_count,
        done_count,
        {{ lineage_columns() }}
    from records_in_quarters

),

records_keyed as (

    select
        *,
        coalesce(unit_code, '') || ':' || coalesce(item_code, '') || ':' || coalesce(period, '')
        || ':' || coalesce(phase, '') as work_item_key
    from records_mapped

)

select * from records_keyed
