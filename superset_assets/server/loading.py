"""Take a bundle into Superset: what is declared is there afterwards, what no longer is is gone.

All in one process, for Superset takes seconds to begin. What people made themselves stays: only
what a bundle brought (``is_managed_externally``) is ever removed.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from superset_assets.names import loaded_mark

ACCOUNTS = "accounts.json"
LOADER = "civic-loader"
ASSETS = ("dashboards", "charts", "datasets", "databases")


def load(folder: Path, state: Path, demo: bool) -> dict[str, Any]:
    """Bring Superset's metadata up, take the bundle in, and make the first accounts.

    Returns what was done: ``assets`` taken in, ``removed``, and ``accounts`` (name to password)
    that were made. A bundle that was taken in already is not taken in again.
    """
    from superset.app import create_app

    app = create_app()
    with app.app_context():
        upgrade_metadata()
        digest = (folder / "digest").read_text("utf-8").strip()
        loaded = loaded_mark(digest, os.environ)
        security = json.loads((folder / "security.json").read_text("utf-8"))
        mark = state / "loaded"
        done: dict[str, Any] = {"assets": 0, "removed": [], "accounts": {}}
        if not mark.is_file() or mark.read_text("utf-8").strip() != loaded:
            contents = {
                str(path.relative_to(folder)): path.read_text("utf-8")
                for path in sorted(folder.rglob("*.yaml"))
            }
            done["assets"] = _take_in(contents)
            done["removed"] = _remove_others(contents)
            from superset_assets.server.security import sync

            sync(security)
            mark.write_text(loaded + "\n", "utf-8")
        done["accounts"] = first_accounts(state, security, demo)
    return done


def upgrade_metadata() -> None:
    """Superset's own tables, roles and permissions, as this version of it wants them."""
    from flask_migrate import upgrade
    from superset.extensions import appbuilder, security_manager

    upgrade()
    appbuilder.add_permissions(update_perms=True)
    security_manager.sync_role_definitions()


def first_accounts(state: Path, security: Mapping[str, Any], demo: bool) -> dict[str, str]:
    """An administrator, and in a demonstration one person of each role; each once.

    Passwords are drawn at first use and kept in ``accounts.json``, readable by its owner only.
    """
    from superset.extensions import security_manager

    from superset_assets.server.people import add_person

    path = state / ACCOUNTS
    kept = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    made = {}
    if not security_manager.find_user("admin"):
        made["admin"] = password()
        security_manager.add_user(
            "admin",
            "Admin",
            "",
            "admin@localhost",
            security_manager.find_role("Admin"),
            made["admin"],
        )
    for name, (role, parts) in _demo_people().items() if demo else ():
        if not security_manager.find_user(name):
            made[name] = password()
            add_person(security, name, role, parts, made[name])
    if made:
        path.touch(mode=0o600)
        path.write_text(json.dumps({**kept, **made}, indent=1) + "\n", "utf-8")
    return made


def password() -> str:
    """A password that nobody guesses and that the password policy takes."""
    return f"{secrets.token_urlsafe(15)}-Aa1-Zz2-"


def _demo_people() -> dict[str, tuple[str, list[str]]]:
    """One person of each role; parts are the first places and units of the publication."""
    import duckdb

    from superset_assets.server.places import file_of

    with duckdb.connect(str(file_of("current.figures")), read_only=True) as figures:
        first = {level: _first(figures, level) for level in ("district", "street", "community")}
    with duckdb.connect(str(file_of("current.duckdb")), read_only=True) as work:
        unit = work.execute(
            "select unit from drops group by unit order by count(*) desc, unit limit 1"
        ).fetchone()
    people: dict[str, tuple[str, list[str]]] = {
        name: (name, []) for name in ("leader", "city", "analyst", "steward")
    }
    people |= {level: (level, [code]) for level, code in first.items() if code}
    if unit:
        people["member_unit"] = ("member_unit", [unit[0]])
    return people


def _first(figures: Any, level: str) -> str | None:
    found = figures.execute(
        f"select min({level}_code) from places where level = ?", [level]
    ).fetchone()
    return found[0] if found else None


def _take_in(contents: Mapping[str, str]) -> int:
    import yaml
    from superset import db
    from superset.commands.importers.v1.assets import ImportAssetsCommand
    from superset.utils.core import override_user

    loader = _loader()
    # Superset reads YAML with the slow reader; the one in C gives the same, in a tenth of the time.
    yaml.SafeLoader = yaml.CSafeLoader  # type: ignore[assignment,misc]
    with override_user(loader):
        ImportAssetsCommand(dict(contents)).run()
    db.session.commit()
    return len(contents) - 1


def _loader() -> Any:
    """Whom assets are taken in as: an account that nobody can log in with."""
    from superset import db, security_manager

    if found := security_manager.find_user(LOADER):
        return found
    security_manager.add_user(
        LOADER,
        "Civic",
        "Lakehouse",
        "loader@localhost",
        security_manager.find_role("Admin"),
        password(),
    )
    made = security_manager.find_user(LOADER)
    made.active = False
    db.session.commit()
    return made


def _remove_others(contents: Mapping[str, str]) -> list[str]:
    """Remove what an earlier bundle brought and this one does not name."""
    from superset import db
    from superset.connectors.sqla.models import SqlaTable
    from superset.models.core import Database
    from superset.models.dashboard import Dashboard
    from superset.models.slice import Slice

    named = {_uuid(text) for text in contents.values()}
    removed = []
    for model in (Dashboard, Slice, SqlaTable, Database):
        for one in db.session.query(model).filter_by(is_managed_externally=True):
            if str(one.uuid) not in named:
                removed.append(_name(one))
                db.session.delete(one)
        db.session.commit()
    return removed


def _uuid(text: str) -> str | None:
    """The UUID that a file of the bundle states at its margin."""
    lines = (line for line in text.splitlines() if line.startswith("uuid: "))
    return next((line.removeprefix("uuid: ").strip("'") for line in lines), None)


def _name(one: Any) -> str:
    names = ("dashboard_title", "slice_name", "table_name", "database_name")
    return next(str(getattr(one, name)) for name in names if hasattr(one, name))
