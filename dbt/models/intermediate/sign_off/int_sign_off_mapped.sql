-- One row per row in force of every feed of this element, under one set of names.
with rows_of_the_element as (

    {{ rows_of_feeds(feeds('sign_off_feeds'), [
        ('sign_off_no', 'number', text_type()),
        ('report', 'report', text_type()),
        ('place_code', 'place', text_type()),
        ('period', 'period', text_type()),
        ('decision', 'decision', text_type()),
        ('unit_code', 'unit', text_type()),
        ('decided_at', 'at', 'timestamp'),
        ('publication', 'publication', 'bigint'),
    ]) }}

)

select * from rows_of_the_element
