"""What screens read: the published figures and lists with their words, in files of their own.

``v_<n>.figures`` holds what everybody may ask free questions of: figures, alerts, places. Work of
staff, drops and findings stay in ``v_<n>.duckdb``, where views in both languages are laid over
them. Belongs here: those tables and views. Does not belong here: charts (``superset_assets``).
"""

from publishing.screens.writing import Screens, screens

__all__ = ["Screens", "screens"]
