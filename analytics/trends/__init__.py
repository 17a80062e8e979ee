"""What is changing: series of published figures, forecasts of them, alerts on counts.

Nothing here judges a person; every result names the cells that it rests on.
"""
