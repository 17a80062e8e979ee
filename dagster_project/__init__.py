"""Dagster: the rooms as assets, their audits as checks, the whole way as one job.

Belongs here: wiring of plain functions of the other rooms, and what Dagster itself must be told
(instance, freshness, manifest). Does not belong here: anything that ``civic run`` would miss if
Dagster were not installed.
"""
