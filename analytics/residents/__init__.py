"""Residents as counts: what is counted of them, and which counts may be shown.

Belongs here: counts of the current residents by place, and hiding the small ones so that none comes
back. Does not belong here: anything about one person, and anything that follows a resident.
"""
