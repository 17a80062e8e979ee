-- The seven prevention nets.
with nets as (

    select * from {{ ref('prevention_nets') }}

),

dim_prevention_net as (

    select
        net,
        position as net_position,
        name_zh,
        name_en
    from nets

)

select * from dim_prevention_net
