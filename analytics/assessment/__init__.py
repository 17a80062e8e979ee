"""Who did the work well: scores of staff and units, fair to what they had to do.

Only work is judged, never a resident; every score opens into indicators, cells and rows, says how
sure it is, and a person decides what follows from it (docs/assessment.md).
"""
