-- The catalogue of work items.
with items as (

    select * from {{ ref('work_items') }}

),

dim_work_item as (

    select
        item_code,
        module,
        name_zh,
        name_en,
        responsible_kind,
        cadence,
        evidence_feed,
        evidence_measure_zh,
        evidence_measure_en,
        item_code || ' ' || name_zh as item_label
    from items

)

select * from dim_work_item
