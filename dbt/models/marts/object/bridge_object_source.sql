-- Which rows of which drops name an object; the latest of them is the anchor.
{{ source_rows_anchored(
    ref('int_object_mapped'), ref('fct_object'), 'object_key', "feed || ':' || object_no"
) }}
