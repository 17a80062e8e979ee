"""Who sees what: roles, rules on rows, and people, from the bundle's ``security.json``.

It fails closed. On every dataset lies a base rule ``1 = 0`` that spares only roles that see every
row and roles that were given a part; so whoever has access to a dataset and no part sees no row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

SCOPE = "scope:"
READ_ONLY_FOR = ("leader", "city", "district", "street", "community", "member_unit")
WRITES = {
    ("can_write", "Chart"),
    ("can_write", "Dashboard"),
    ("can_write", "Dataset"),
    ("can_write", "Annotation"),
    ("can_write", "CssTemplate"),
    ("can_write", "Theme"),
    ("can_write", "Tag"),
    ("can_tag", "Chart"),
    ("can_tag", "Dashboard"),
    ("can_bulk_create", "Tag"),
}
NEVER = {
    ("can_write", "Dataset"),
    ("can_write", "Database"),
    ("can_upload", "Database"),
    ("can_grant_guest_token", "SecurityRestApi"),
}


def sync(security: Mapping[str, Any]) -> None:
    """Bring roles and rules to what the bundle declares. Call within Superset's application."""
    from superset.extensions import db, security_manager

    security_manager.sync_role_definitions()
    for role, stated in security["roles"].items():
        _set_role(role, stated, security)
    _set_rules(security)
    _set_dashboards(security)
    db.session.commit()


def scope_role(column: str, value: str) -> str:
    """The name of the role that gives the rows with that value."""
    return f"{SCOPE}{column}={value}"


def parts_of(role: str) -> tuple[str, str]:
    """Column and value that a role of a part gives."""
    column, _, value = role.removeprefix(SCOPE).partition("=")
    return column, value


def clause(column: str, value: str) -> str:
    """The rule on rows of a part; the value is a literal, whatever it holds."""
    if not column.isidentifier():
        raise ValueError(f"{column!r} is no column")
    quoted = value.replace("'", "''")
    return f"{column} = '{quoted}'"


def give_parts(user: Any, security: Mapping[str, Any], role: str, values: Iterable[str]) -> None:
    """Give a person a role and the parts of it; her other roles are taken away."""
    from superset.extensions import db, security_manager

    stated = security["roles"][role]
    parts = []
    if stated.get("by"):
        for value in values:
            name = scope_role(stated["by"], value)
            parts.append(security_manager.find_role(name) or security_manager.add_role(name))
    user.roles = [security_manager.find_role(role), *parts]
    _add_rules(security, parts)
    db.session.commit()


def _set_role(role: str, stated: Mapping[str, Any], security: Mapping[str, Any]) -> None:
    """What a role may do: what Superset's Gamma may, of its datasets; analysts ask freely too."""
    from superset.extensions import db, security_manager

    made = security_manager.find_role(role) or security_manager.add_role(role)
    granted = list(security_manager.find_role("Gamma").permissions)
    if stated.get("sqllab"):
        granted += security_manager.find_role("sql_lab").permissions
    refused = NEVER | (WRITES if role in READ_ONLY_FOR else set())
    kept = {p for p in granted if (p.permission.name, p.view_menu.name) not in refused}
    for table in _tables(security, role):
        kept.add(_permission("datasource_access", table.get_perm()))
    if stated.get("sqllab"):
        kept.add(_permission("database_access", _database(security).perm))
    made.permissions = sorted(kept, key=lambda permission: permission.id)
    db.session.flush()


def _set_dashboards(security: Mapping[str, Any]) -> None:
    """A dashboard is shown to those who see all of it, so that nobody opens a page of refusals."""
    from uuid import UUID

    from superset.extensions import db, security_manager
    from superset.models.dashboard import Dashboard

    for uuid, roles in security["dashboards"].items():
        found = db.session.query(Dashboard).filter_by(uuid=UUID(uuid)).one()
        found.roles = [security_manager.find_role(role) for role in roles]
    db.session.flush()


def _permission(name: str, what: str) -> Any:
    from superset.extensions import security_manager

    found = security_manager.find_permission_view_menu(name, what)
    return found or security_manager.add_permission_view_menu(name, what)


def _set_rules(security: Mapping[str, Any]) -> None:
    """A base rule on every dataset, and a rule for each part that somebody was given."""
    from superset.connectors.sqla.models import RowLevelSecurityFilter
    from superset.extensions import db, security_manager

    known = {role.name: role for role in security_manager.get_all_roles()}
    whole = [known[name] for name, stated in security["roles"].items() if stated.get("whole")]
    parts = [role for name, role in known.items() if name.startswith(SCOPE)]
    kept: set[str] = set()
    for name, tables in _datasets(security):
        able = [role for role in parts if _has(tables, role)]
        kept.add(_rule(f"nobody: {name}", "Base", tables, whole + able, "1 = 0", None))
        kept |= {_rule_of(role, name, tables) for role in able}
    for rule in db.session.query(RowLevelSecurityFilter):
        if rule.name not in kept and rule.description == MANAGED:
            db.session.delete(rule)
    db.session.flush()


def _add_rules(security: Mapping[str, Any], roles: Iterable[Any]) -> None:
    """The rules of parts that are new; those of everybody else stay as they are."""
    from superset.connectors.sqla.models import RowLevelSecurityFilter
    from superset.extensions import db

    for name, tables in _datasets(security):
        for role in roles:
            if not _has(tables, role):
                continue
            _rule_of(role, name, tables)
            base = db.session.query(RowLevelSecurityFilter).filter_by(name=f"nobody: {name}").one()
            if role not in base.roles:
                base.roles.append(role)
    db.session.flush()


def _datasets(security: Mapping[str, Any]) -> list[tuple[str, list[Any]]]:
    return [(name, _tables_of(stated["uuids"])) for name, stated in security["datasets"].items()]


def _has(tables: Iterable[Any], role: Any) -> bool:
    """Whether datasets have the column that a part is of: else the part spares nobody there."""
    column = parts_of(role.name)[0]
    return all(column in {one.column_name for one in table.columns} for table in tables)


def _rule_of(role: Any, name: str, tables: list[Any]) -> str:
    rule = clause(*parts_of(role.name))
    return _rule(f"{role.name}: {name}", "Regular", tables, [role], rule, "part")


MANAGED = "Civic Lakehouse"


def _rule(
    name: str,
    kind: str,
    tables: list[Any],
    roles: list[Any],
    text: str,
    group: str | None,
) -> str:
    from superset.connectors.sqla.models import RowLevelSecurityFilter
    from superset.extensions import db

    rule = db.session.query(RowLevelSecurityFilter).filter_by(name=name).one_or_none()
    if rule is None:
        rule = RowLevelSecurityFilter(name=name)
        db.session.add(rule)
    rule.filter_type, rule.clause, rule.group_key = kind, text, group
    rule.description, rule.tables, rule.roles = MANAGED, tables, roles
    return name


def _tables(security: Mapping[str, Any], role: str) -> list[Any]:
    own = [one["uuids"] for one in security["datasets"].values() if role in one["roles"]]
    return _tables_of([uuid for uuids in own for uuid in uuids])


def _tables_of(uuids: Iterable[str]) -> list[Any]:
    from uuid import UUID

    from superset.connectors.sqla.models import SqlaTable
    from superset.extensions import db

    wanted = [UUID(one) for one in uuids]
    return db.session.query(SqlaTable).filter(SqlaTable.uuid.in_(wanted)).all()


def _database(security: Mapping[str, Any]) -> Any:
    from uuid import UUID

    from superset.extensions import db
    from superset.models.core import Database

    return db.session.query(Database).filter_by(uuid=UUID(security["sqllab_database"])).one()
