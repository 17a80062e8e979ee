-- One row per organisation, as the latest row that names it says, and where it is: by its division
-- code, else by the name of its city or district where exactly one in force bears that name.
{{ latest_rows(ref('int_organisation_mapped'), ['feed', 'organisation_no']) }},

organisation_rows as (

    select feed, organisation_no, count(*) as source_rows
    from {{ ref('int_organisation_mapped') }}
    group by feed, organisation_no

),

names_of_one_place as (

    select place_name, min(city_code) as city_code, min(district_code) as district_code
    from {{ ref('int_place_current') }}
    where level in ('city', 'district')
    group by place_name
    having count(*) = 1

),

organisations_current as (

    select
        latest_rows.feed,
        latest_rows.organisation_no,
        latest_rows.organisation_name,
        latest_rows.kind,
        latest_rows.category,
        latest_rows.place_code,
        coalesce(codes.city_code, named.city_code) as city_code,
        case when codes.city_code is null then named.district_code else codes.district_code end
            as district_code,
        codes.street_code,
        codes.community_code,
        codes.grid_code,
        latest_rows._as_of as as_of,
        organisation_rows.source_rows,
        latest_rows._drop_id,
        latest_rows._record
    from latest_rows
    inner join organisation_rows
        on latest_rows.feed = organisation_rows.feed
        and latest_rows.organisation_no = organisation_rows.organisation_no
    left join {{ ref('int_place_code_resolved') }} as codes
        on latest_rows.place_code = codes.place_code
    left join names_of_one_place as named on latest_rows.place_name = named.place_name

)

select * from organisations_current
