-- Posts: those of the catalogue, and any other that a row of staff names, with how many hold them.
with holders as (

    select
        post,
        count(distinct case when is_current then staff_no end) as holder_count
    from {{ ref('bridge_staff_post') }}
    group by post

),

dim_post as (

    select
        coalesce(posts.post, holders.post) as post,
        posts.position as post_position,
        coalesce(posts.name_zh, holders.post) as name_zh,
        coalesce(posts.name_en, holders.post) as name_en,
        posts.post is not null as is_in_catalogue,
        cast(coalesce(holders.holder_count, 0) as integer) as holder_count
    from {{ ref('posts') }} as posts
    full outer join holders on posts.post = holders.post

)

select * from dim_post
