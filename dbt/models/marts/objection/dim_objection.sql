-- Every objection to a score, with its answer where there is one. What an upheld one changes is found
-- when scores are made.
with objections as (

    select * from {{ ref('int_objection_mapped') }}

),

dim_objection as (

    select
        objections.feed || ':' || objections.objection_no as objection_key,
        objections.feed,
        objections.objection_no,
        objections.scheme,
        objections.period,
        objections.subject,
        objections.matter_no,
        objections.grounds,
        objections.raised_on,
        objections.answer,
        objections.answered_on,
        objections.unit_code,
        units.unit_name,
        objections.reply,
        objections._drop_id,
        objections._record
    from objections
    left join {{ ref('int_unit_current') }} as units on objections.unit_code = units.unit_code

)

select * from dim_objection
