-- One row per row in force of every feed of this element, under one set of names.
with rows_of_the_element as (

    {{ rows_of_feeds(feeds('sentiment_feeds'), [
        ('sentiment_no', 'number', text_type()),
        ('kind', 'kind', text_type()),
        ('occurred_at', 'at', 'timestamp'),
        ('unit_name', 'unit', text_type()),
        ('staff_no', 'staff', text_type()),
        ('category', 'category', text_type()),
        ('score', 'score', 'double'),
        ('weight', 'weight', 'double'),
        ('response', 'response', text_type()),
        ('first_contact_at', 'first_contact_at', 'timestamp'),
        ('resolved_at', 'resolved_at', 'timestamp'),
        ('is_resolved', 'resolved', 'boolean'),
        ('is_satisfied', 'satisfied', 'boolean'),
        ('place_code', 'place', text_type()),
    ]) }}

)

select * from rows_of_the_element
