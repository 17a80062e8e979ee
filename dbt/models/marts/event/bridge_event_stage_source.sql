-- Which rows tell of a stage; the latest of them is the anchor.
{{ source_rows_anchored(
    ref('int_event_stage_mapped'), ref('fct_event_stage'), 'stage_key', 'stage_key'
) }}
