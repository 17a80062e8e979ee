-- One row per row in force of every feed of this element, under one set of names.
with rows_of_the_element as (

    {{ rows_of_feeds(feeds('reading_feeds'), [
        ('object_no', 'object', text_type()),
        ('read_at', 'at', 'timestamp'),
        ('quantity', 'quantity', text_type()),
        ('value', 'value', 'double'),
        ('measure_unit', 'unit', text_type()),
        ('place_code', 'place', text_type()),
    ]) }}

)

select * from rows_of_the_element
