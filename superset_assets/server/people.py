"""People who may look: adding, listing, changing and removing them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from superset_assets.server.loading import LOADER
from superset_assets.server.security import SCOPE, give_parts, parts_of


class WrongPersonError(Exception):
    """A person that cannot be added or found; the text says why."""


def add_person(
    security: Mapping[str, Any], name: str, role: str, parts: Iterable[str], secret: str
) -> None:
    """Add a person with a role and its parts.

    Raises WrongPersonError for a name that is taken, a role that there is not, or a role that is
    given in parts where none is stated.
    """
    from superset.extensions import security_manager

    parts = list(parts)
    if security_manager.find_user(name):
        raise WrongPersonError(f"There is a {name} already.")
    _demand_role(security, role, parts)
    _demand_strong(secret)
    user = security_manager.add_user(
        name, name, "", f"{name}@localhost", security_manager.find_role(role), secret
    )
    if not user:
        raise WrongPersonError(f"Superset did not take {name}.")
    give_parts(user, security, role, parts)


def change_person(security: Mapping[str, Any], name: str, role: str, parts: Iterable[str]) -> None:
    """Give a person another role and other parts."""
    parts = list(parts)
    _demand_role(security, role, parts)
    give_parts(_found(name), security, role, parts)


def set_password(name: str, secret: str) -> None:
    """Give a person another password."""
    from superset.extensions import security_manager

    _demand_strong(secret)
    security_manager.reset_password(_found(name).id, secret)


def session_of(name: str) -> dict[str, str]:
    """Cookies, name to value, of a session in which a person is logged in, as Superset makes them
    for its own reports. Raises WrongPersonError where there is no such person."""
    from superset.utils.machine_auth import MachineAuthProvider

    user = _found(name)
    if not user.is_active:
        raise WrongPersonError(f"{name} is barred.")
    return dict(MachineAuthProvider.get_auth_cookies(user))


def remove_person(name: str) -> None:
    """Bar a person: the account stays, so that the log of what she opened still names her."""
    from superset.extensions import db

    user = _found(name)
    user.active = False
    user.roles = []
    db.session.commit()


def people() -> list[dict[str, Any]]:
    """Everybody: ``name, roles, parts, active, last_login``."""
    from superset.extensions import security_manager

    rows = []
    for user in security_manager.get_all_users():
        if user.username == LOADER:
            continue
        names = [role.name for role in user.roles]
        rows.append(
            {
                "name": user.username,
                "roles": [name for name in names if not name.startswith(SCOPE)],
                "parts": [parts_of(name)[1] for name in names if name.startswith(SCOPE)],
                "active": bool(user.active),
                "last_login": str(user.last_login or ""),
            }
        )
    return sorted(rows, key=lambda row: str(row["name"]))


def opened(days: int) -> list[dict[str, Any]]:
    """What people opened in the last days, newest first: ``at`` (UTC), ``who, what, which``.

    ``what``: a dashboard, a trace or receipt, data taken away as a file, a free question.
    """
    from superset.extensions import db, security_manager
    from superset.models.core import Log

    since = datetime.now() - timedelta(days=days)
    found = (
        db.session.query(Log)
        .filter(Log.dttm >= since, Log.action.in_(LOGGED))
        .order_by(Log.dttm.desc(), Log.id.desc())
    )
    names = {user.id: user.username for user in security_manager.get_all_users()}
    rows = []
    for line in found:
        told = json.loads(line.json or "{}")
        what, which = LOGGED[line.action], _which(line, told)
        if what == "file" and told.get("result_format", told.get("format")) not in FILES:
            continue
        rows.append(
            {
                "at": f"{line.dttm:%Y-%m-%d %H:%M:%S}",
                "who": names.get(line.user_id, ""),
                "what": what,
                "which": which,
            }
        )
    return rows


LOGGED = {
    "dashboard": "dashboard",
    "civic.trace": "sources",
    "ChartDataRestApi.data": "file",
    "ChartDataRestApi.get_data": "file",
    "SqlLabRestApi.execute_sql_query": "question",
    "SqlLabRestApi.export_csv": "file",
}
FILES = ("csv", "xlsx")


def _which(line: Any, told: Mapping[str, Any]) -> str:
    """What was opened: a dashboard's address, a figure's or drop's page, a chart, a question."""
    from superset.extensions import db
    from superset.models.slice import Slice

    for name in ("dashboard_id_or_slug", "civic_page", "sql"):
        if told.get(name):
            return " ".join(str(told[name]).split())[:200]
    chart = db.session.get(Slice, line.slice_id) if line.slice_id else None
    return str(chart.slice_name if chart else "")


def _demand_strong(secret: str) -> None:
    """Raise WrongPersonError for a password that Superset's own pages would not take."""
    from flask_appbuilder.exceptions import PasswordComplexityValidationError
    from flask_appbuilder.validators import default_password_complexity

    try:
        default_password_complexity(secret)
    except PasswordComplexityValidationError as error:
        raise WrongPersonError(f"The password is too weak. {error}") from error


def _demand_role(security: Mapping[str, Any], role: str, parts: list[str]) -> None:
    if role not in security["roles"]:
        raise WrongPersonError(
            f"There is no role {role}; there are {', '.join(security['roles'])}."
        )
    by = security["roles"][role].get("by")
    if by and not parts:
        raise WrongPersonError(f"{role} sees a part: say which {by.removesuffix('_code')}.")
    if parts and not by:
        raise WrongPersonError(f"{role} sees everything; it takes no part.")


def _found(name: str) -> Any:
    from superset.extensions import security_manager

    user = security_manager.find_user(name)
    if not user:
        raise WrongPersonError(f"There is no {name}.")
    return user
