-- Which rows of which drops name an organisation; the latest of them is the anchor.
{{ source_rows_anchored(
    ref('int_organisation_mapped'), ref('fct_organisation'), 'organisation_key',
    "feed || ':' || organisation_no"
) }}
