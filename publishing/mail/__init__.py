"""Reports and alerts by e-mail, to whom and when ``mail.yml`` in the home says.

Belongs here: whom to write to, what, and that nothing is sent twice. Does not belong here: making
the files (``report_folder``), finding alerts (``analytics.trends``).
"""
