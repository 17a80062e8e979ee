-- One row per row in force of every feed of objects, under one set of names.
with objects_of_feeds as (

    {{ rows_of_feeds(feeds('object_feeds'), [
        ('object_no', 'number', text_type()),
        ('object_name', 'name', text_type()),
        ('kind', 'kind', text_type()),
        ('state', 'state', text_type()),
        ('net', 'net', text_type()),
        ('place_code', 'place', text_type()),
        ('longitude', 'longitude', 'double'),
        ('latitude', 'latitude', 'double'),
    ]) }}

)

select * from objects_of_feeds
