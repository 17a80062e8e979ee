-- One row per row in force of every feed of this element, under one set of names.
with rows_of_the_element as (

    {{ rows_of_feeds(feeds('work_order_feeds'), [
        ('order_no', 'number', text_type()),
        ('parent_no', 'parent', text_type()),
        ('issuer', 'issuer', text_type()),
        ('recipient', 'recipient', text_type()),
        ('step', 'step', text_type()),
        ('stepped_at', 'at', 'timestamp'),
        ('deadline', 'deadline', 'timestamp'),
        ('score', 'score', 'double'),
        ('is_done', 'done', 'boolean'),
        ('place_code', 'place', text_type()),
    ]) }}

)

select * from rows_of_the_element
