-- Every grid in which a person, a dwelling or a building was ever said to be, or a person served.
with place_codes as (

    select grid_code as place_code from {{ ref('int_person_told') }}
    union
    select grid_code as place_code from {{ ref('int_dwelling_mapped') }}
    union
    select grid_code as place_code from {{ ref('int_building_mapped') }}
    union
    select place_code from {{ ref('int_service_mapped') }}

)

select * from place_codes
