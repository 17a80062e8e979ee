-- One row per row in force of every feed of this element, under one set of names.
with rows_of_the_element as (

    {{ rows_of_feeds(feeds('activity_feeds'), [
        ('activity_no', 'number', text_type()),
        ('kind', 'kind', text_type()),
        ('category', 'category', text_type()),
        ('occurred_at', 'at', 'timestamp'),
        ('unit_name', 'unit', text_type()),
        ('staff_no', 'staff', text_type()),
        ('amount', 'amount', 'double'),
        ('object_no', 'object', text_type()),
        ('organisation_no', 'organisation', text_type()),
        ('place_code', 'place', text_type()),
    ]) }}

)

select * from rows_of_the_element
