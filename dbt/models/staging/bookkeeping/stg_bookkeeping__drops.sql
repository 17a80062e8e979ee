-- Accepted drops: the only ones whose rows count.
with drops as (

    select * from {{ source('bronze', 'drops') }}

),

accepted_drops as (

    select
        drop_id,
        unit,
        feed,
        module,
        file_name,
        sha256,
        received_at,
        as_of,
        as_of_source,
        contract_version,
        accepted
    from drops
    where status = 'accepted'

)

select * from accepted_drops
