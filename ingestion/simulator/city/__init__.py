"""A made-up city of any size: the same people, places and matters as the town's, street by street.

Belongs here: how many of everything a city of that size has, its register, its calendar of drops,
and feeds drawn from their contracts alone. Does not belong here: people, dwellings, matters,
spellings and defects themselves; town and city share those (``ingestion.simulator``).
"""
