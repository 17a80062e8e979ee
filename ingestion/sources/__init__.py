"""From a unit's own PostgreSQL database to originals in the raw store, as if it had left files.

Belongs here: what a source is, reading it in one snapshot, keeping what was read. Does not belong
here: what becomes of an original afterwards (``intake``); it is the same for files.
"""

from ingestion.sources.declarations import FeedOfSource, Source, load_source, source_names
from ingestion.sources.extracting import extract, extract_all

__all__ = ["FeedOfSource", "Source", "extract", "extract_all", "load_source", "source_names"]
