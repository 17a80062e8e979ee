"""Screens: Superset's databases, datasets, charts and dashboards as code, and who sees what.

``bundle`` writes what Superset takes in, from declarations in YAML that hold both languages;
``checking`` follows every dashboard down to the columns of a publication without a server;
``server/`` is the part that runs inside Superset's own environment and imports nothing of ours
but itself; ``tracing/`` answers where a figure comes from.
"""
