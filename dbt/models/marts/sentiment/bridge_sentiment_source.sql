-- A record is its own source row: always the anchor.
{{ source_rows_of_records(ref('int_sentiment_mapped'), 'sentiment_key') }}
