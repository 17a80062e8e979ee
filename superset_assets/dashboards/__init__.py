"""Dashboards: those written by hand, those made from reports, and how charts stand on a page."""
