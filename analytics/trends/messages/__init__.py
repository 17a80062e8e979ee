"""Citizens' messages understood: which category one belongs to, which are about the same.

Texts come from the lake; intake has taken identifiers out of them
(``ingestion.validation.scrubbing``). Who wrote a message is never looked at.
"""
