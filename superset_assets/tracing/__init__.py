"""The service that answers where a figure comes from, for pages inside Superset.

It listens on this machine only and answers nobody who does not know its key. Who may ask for which
figure is decided before, inside Superset, by the rules on rows that charts go through.
"""
