"""People who come from a provider of OpenID Connect: who they are, and which part they see.

The provider says what a person is in one claim, a list: ``leader``, ``district:219902000000``,
``member_unit:housing_bureau``. What is not understood gives nothing; a person of whom nothing is
understood can log in and sees no row. At every login roles and parts are set anew.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from superset.security import SupersetSecurityManager

from superset_assets.server.places import state

CLAIM = "CIVIC_OIDC_ROLES"
OWN = ("admin", "civic-loader")
"""Accounts of this installation, which no provider speaks for."""


class OidcSecurityManager(SupersetSecurityManager):
    """Superset's security, with people and their parts from the provider."""

    def get_oauth_user_info(self, provider: str, resp: Any) -> dict[str, Any]:
        """What the provider's page about the person says."""
        remote = self.oauth_remotes[provider]
        address = remote.load_server_metadata()["userinfo_endpoint"]
        answer = remote.get(address, token=resp)
        told: Mapping[str, Any] = answer.json()
        return {
            "username": told.get("preferred_username") or told["sub"],
            "first_name": told.get("given_name") or told.get("name", ""),
            "last_name": told.get("family_name", ""),
            "email": told.get("email", ""),
            "role_keys": told.get(os.environ.get(CLAIM) or "roles", []),
        }

    def auth_user_oauth(self, userinfo: dict[str, Any]) -> Any:
        """The person, with the roles and parts that the provider states now; None if barred."""
        from superset_assets.server.security import give_parts

        if userinfo.get("username") in OWN:
            return None
        user = super().auth_user_oauth(userinfo)
        if user is None:
            return None
        security = json.loads((state() / "bundle" / "security.json").read_text("utf-8"))
        role, parts = understood(userinfo["role_keys"], security)
        if role is None:
            user.roles = []
            self.session.commit()
        else:
            give_parts(user, security, role, parts)
        return user


def understood(
    claims: list[Any] | str, security: Mapping[str, Any]
) -> tuple[str | None, list[str]]:
    """The role that is claimed and its parts; the first role holds where several are claimed.

    >>> roles = {"leader": {"whole": True}, "district": {"by": "district_code"}}
    >>> understood(["staff", "district:219902000000"], {"roles": roles})
    ('district', ['219902000000'])
    >>> understood(["district"], {"roles": roles})
    (None, [])
    """
    role, parts = None, []
    for claim in [claims] if isinstance(claims, str) else claims:
        name, _, part = str(claim).partition(":")
        stated = security["roles"].get(name)
        if stated is None or bool(part) != bool(stated.get("by")) or role not in (None, name):
            continue
        role = name
        if part:
            parts.append(part)
    return role, parts
