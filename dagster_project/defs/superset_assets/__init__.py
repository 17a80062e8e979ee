"""Dagster's definitions of the room ``superset_assets``."""
