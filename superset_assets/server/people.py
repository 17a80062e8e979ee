"""People who may look: adding, listing, changing and removing them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

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

    security_manager.reset_password(_found(name).id, secret)


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
