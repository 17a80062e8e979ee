-- One row per row in force of every feed of this element, under one set of names.
with rows_of_the_element as (

    {{ rows_of_feeds(feeds('reporting_duty_feeds'), [
        ('duty_no', 'number', text_type()),
        ('unit', 'sender', text_type()),
        ('sent_feed', 'sent', text_type()),
        ('unit_name', 'name', text_type()),
        ('place_code', 'place', text_type()),
        ('since', 'since', 'date'),
        ('until', 'until', 'date'),
    ]) }}

)

select * from rows_of_the_element
