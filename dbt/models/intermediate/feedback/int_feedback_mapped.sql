-- One row per row in force of every feed by which a unit answers about the organisations of a list.
with answers_of_feeds as (

    {{ rows_of_feeds(feeds('feedback_feeds'), [
        ('organisation_feed', 'organisation_feed', text_type()),
        ('organisation_no', 'organisation', text_type()),
        ('answered_by', 'answered_by', text_type()),
        ('answered_on', 'answered_on', 'date'),
    ]) }}

)

select * from answers_of_feeds
