"""The part that runs inside Superset, in its own environment (``.venv-bi``).

Nothing here imports another room: what it needs to know comes by the environment and the bundle.
"""
