-- One row per row in force of every feed of this element, under one set of names.
with rows_of_the_element as (

    {{ rows_of_feeds(feeds('objection_feeds'), [
        ('objection_no', 'number', text_type()),
        ('scheme', 'scheme', text_type()),
        ('period', 'period', text_type()),
        ('subject', 'subject', text_type()),
        ('matter_no', 'matter', text_type()),
        ('grounds', 'grounds', text_type()),
        ('raised_on', 'at', 'date'),
        ('answer', 'answer', text_type()),
        ('answered_on', 'answered_on', 'date'),
        ('unit_code', 'unit', text_type()),
        ('reply', 'reply', text_type()),
    ]) }}

)

select * from rows_of_the_element
