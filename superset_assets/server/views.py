"""Pages of our own inside Superset: the first page, traces and receipts.

A trace is answered by a process of ours; here it is only asked whether the person may see the
figure, by the very rules that her charts go through. Belongs here: that question and passing the
answer on. Does not belong here: what a trace says (``superset_assets.tracing``).
"""

from __future__ import annotations

import os
import re
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, g, redirect, request, session
from flask_appbuilder import IndexView, expose

from superset_assets.server.places import state

BLUEPRINT = Blueprint("civic", __name__, url_prefix="/civic", static_folder="static")
LANGUAGES = ("zh", "en")
PATIENCE_SECONDS = 60
_WORDS = {
    "zh": {
        "nothing": "您已登录，但还没有角色，看不到数据。请联系管理员：civic people change。",
        "unseen": "没有这个数字，或它不在您的管理范围内。",
        "away": "溯源服务未运行。请联系管理员检查 civic up。",
    },
    "en": {
        "nothing": "You are logged in and have no role yet, so there is nothing to see. "
        "Ask whoever looks after accounts (civic people change).",
        "unseen": "There is no such figure, or it lies outside what you may see.",
        "away": "The service that traces figures is not running. Ask whoever runs civic up.",
    },
}


class CivicIndexView(IndexView):
    """The first page: the city at a glance, in the reader's language."""

    @expose("/")
    def index(self) -> Any:
        """Lead to the first dashboard that there is for this person."""
        from superset.utils.core import get_user_id

        if not getattr(g, "user", None) or not get_user_id():
            return redirect("/login/")
        if not g.user.roles:
            return Response(_WORDS[language()]["nothing"], mimetype="text/plain")
        return redirect(f"/superset/dashboard/{first_dashboard()}-{language()}/")


def first_dashboard() -> str:
    """Where a person begins: with what she works with; leaders and analysts with the city."""
    roles = {role.name for role in g.user.roles}
    begins = {"steward": "quality", "member_unit": "my_unit"}
    return next((begins[role] for role in begins if role in roles), "overview")


def language() -> str:
    """The language that is asked for, else that of the session."""
    from flask_babel import get_locale

    asked = request.args.get("lang") or str(get_locale() or "zh")
    return asked if asked in LANGUAGES else "zh"


@BLUEPRINT.route("/language/<chosen>")
def change_language(chosen: str) -> Any:
    """Speak another language from here on, and go to a dashboard in it."""
    dashboard = request.args.get("to", "")
    if chosen not in LANGUAGES or not re.fullmatch(r"[a-z_]+-(zh|en)", dashboard):
        abort(404)
    session["locale"] = chosen
    return redirect(f"/superset/dashboard/{dashboard}/")


@BLUEPRINT.route("/trace/<cell_id>")
def trace(cell_id: str) -> Any:
    """A figure's sources, where the person may see the figure."""
    if not re.fullmatch(r"c[0-9a-f]{12}", cell_id):
        abort(404)
    return _answered(
        [("figures_en", "cell_id"), ("indicator_cells_en", "cell_id")], cell_id, f"trace/{cell_id}"
    )


@BLUEPRINT.route("/receipt/<drop_id>")
def receipt(drop_id: str) -> Any:
    """The answer to a drop, where the person may see the drop."""
    if not re.fullmatch(r"[0-9a-f]{16}", drop_id):
        abort(404)
    return _answered([("drops_en", "drop_id")], drop_id, f"receipt/{drop_id}")


def _answered(datasets: list[tuple[str, str]], value: str, path: str) -> Any:
    from superset.utils.core import get_user_id

    if not getattr(g, "user", None) or not get_user_id():
        return redirect(f"/login/?{urlencode({'next': request.full_path})}")
    words = _WORDS[language()]
    if not any(sees(dataset, column, value) for dataset, column in datasets):
        return Response(words["unseen"], status=404, mimetype="text/plain")
    _write_down(path)
    page = request.args.get("page", "1")
    asked = {"lang": language(), "page": page if page.isdigit() else "1"}
    asked["receipts"] = "1" if _has_dataset("drops_en") else "0"
    try:
        return Response(_ask(f"{path}?{urlencode(asked)}"), mimetype="text/html")
    except urllib.error.HTTPError as error:
        return Response(error.read(), status=error.code, mimetype="text/html")
    except OSError:
        return Response(words["away"], status=503, mimetype="text/plain")


def sees(dataset: str, column: str, value: str) -> bool:
    """Whether a row of a dataset with that value lies in what the person may see."""
    from superset import security_manager

    table = _table(dataset)
    if table is None or not security_manager.can_access_datasource(table):
        return False
    result = table.query(
        {
            "columns": [column],
            "metrics": [],
            "filter": [{"col": column, "op": "==", "val": value}],
            "is_timeseries": False,
            "row_limit": 1,
            "granularity": None,
            "from_dttm": None,
            "to_dttm": None,
            "extras": {},
            "orderby": [],
        }
    )
    return not result.df.empty


def _has_dataset(dataset: str) -> bool:
    from superset import security_manager

    table = _table(dataset)
    return table is not None and bool(security_manager.can_access_datasource(table))


def _table(dataset: str) -> Any:
    from superset import db
    from superset.connectors.sqla.models import SqlaTable

    found = db.session.query(SqlaTable).filter_by(table_name=dataset, is_managed_externally=True)
    return found.one_or_none()


def _ask(path: str) -> bytes:
    """Ask the service that answers on this machine only, with the secret that both know."""
    port = os.environ.get("CIVIC_TRACE_PORT", "")
    secret = (state() / "trace_key").read_text("utf-8").strip()
    asked = urllib.request.Request(
        f"http://127.0.0.1:{port}/{path}", headers={"Authorization": f"Bearer {secret}"}
    )
    with urllib.request.urlopen(asked, timeout=PATIENCE_SECONDS) as answer:
        content: bytes = answer.read()
        return content


def _write_down(path: str) -> None:
    """Who followed which figure to its source, in the log of what people opened."""
    from superset.extensions import event_logger

    with event_logger.log_context(action="civic.trace", civic_page=path):
        pass
