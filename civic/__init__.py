"""The shared ground floor: settings, errors, the lake connection and the command line.

Belongs here: what every room needs and no room owns. Does not belong here: anything that
knows a feed, a model, a metric or a report.
"""

__version__ = "0.1.0"
