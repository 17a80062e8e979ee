"""Superset's settings for this installation; read by Superset itself (``SUPERSET_CONFIG_PATH``)."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

from superset_assets.names import METADATA
from superset_assets.server.places import file_of, state
from superset_assets.server.views import BLUEPRINT, CivicIndexView

_STATE = state()

SECRET_KEY = (_STATE / "secret_key").read_text("utf-8").strip()
SQLALCHEMY_DATABASE_URI = os.environ.get(METADATA) or f"sqlite:///{_STATE / 'metadata.db'}"
SQLALCHEMY_ENGINE_OPTIONS = (
    {"connect_args": {"timeout": 30}} if SQLALCHEMY_DATABASE_URI.startswith("sqlite") else {}
)

# Answers: kept as long as the publication is current, and for the user who asked alone.
DATA_CACHE_CONFIG = {
    "CACHE_TYPE": "superset_assets.server.cache.publication_cache",
    "CACHE_DIR": str(_STATE / "cache" / "data"),
    "CACHE_DEFAULT_TIMEOUT": 24 * 3600,
    "CACHE_KEY_PREFIX": "",
}
FILTER_STATE_CACHE_CONFIG = {
    "CACHE_TYPE": "FileSystemCache",
    "CACHE_DIR": str(_STATE / "cache" / "filters"),
    "CACHE_DEFAULT_TIMEOUT": 90 * 24 * 3600,
    "CACHE_THRESHOLD": 0,
}
EXPLORE_FORM_DATA_CACHE_CONFIG = {
    "CACHE_TYPE": "FileSystemCache",
    "CACHE_DIR": str(_STATE / "cache" / "forms"),
    "CACHE_DEFAULT_TIMEOUT": 7 * 24 * 3600,
    "CACHE_THRESHOLD": 0,
}
CACHE_CONFIG = {**FILTER_STATE_CACHE_CONFIG, "CACHE_DIR": str(_STATE / "cache" / "other")}

FEATURE_FLAGS = {
    "CACHE_QUERY_BY_USER": True,
    "ENABLE_TEMPLATE_PROCESSING": False,
    "ALLOW_ADHOC_SUBQUERY": False,
    "RLS_IN_SQLLAB": True,
    "DASHBOARD_RBAC": True,
    "EMBEDDABLE_CHARTS": False,
    "ALERT_REPORTS": False,
    "DATAPANEL_CLOSED_BY_DEFAULT": True,
}
# Ways of DuckDB to read what a question does not name as a table.
DISALLOWED_SQL_FUNCTIONS = {
    "duckdb": {
        "query",
        "query_table",
        *("read_csv", "read_csv_auto", "read_parquet", "parquet_scan", "read_json"),
        *("read_json_auto", "read_ndjson", "read_text", "read_blob", "glob", "sniff_csv"),
        *("duckdb_settings", "duckdb_secrets", "which_secret", "getenv"),
    }
}
SQLLAB_TIMEOUT = 30
SQL_MAX_ROW = 100_000
ROW_LIMIT = 10_000
SAMPLES_ROW_LIMIT = 1000

# Language. Chinese first: the people who look at these screens mostly read it.
BABEL_DEFAULT_LOCALE = os.environ.get("CIVIC_LANG") or "zh"
LANGUAGES = {
    "zh": {"flag": "cn", "name": "中文"},
    "en": {"flag": "gb", "name": "English"},
}

# Sessions, passwords, and what a page may load: nothing from anywhere else.
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = bool(os.environ.get("CIVIC_HTTPS"))
SESSION_COOKIE_NAME = "civic_session"
PERMANENT_SESSION_LIFETIME = timedelta(hours=8)
ENABLE_PROXY_FIX = bool(os.environ.get("CIVIC_HTTPS"))
FAB_PASSWORD_COMPLEXITY_ENABLED = True
AUTH_RATE_LIMITED = True
AUTH_RATE_LIMIT = "10 per 20 second"
RATELIMIT_ENABLED = True
AUTH_USER_REGISTRATION = False

# Single sign-on with OpenID Connect, where the environment names a provider (docs/screens.md).
if _ISSUER := os.environ.get("CIVIC_OIDC_ISSUER"):
    from flask_appbuilder.security.manager import AUTH_OAUTH

    from superset_assets.server.oidc import OidcSecurityManager

    AUTH_TYPE = AUTH_OAUTH
    CUSTOM_SECURITY_MANAGER = OidcSecurityManager
    AUTH_USER_REGISTRATION = True
    AUTH_USER_REGISTRATION_ROLE = "Public"
    OAUTH_PROVIDERS = [
        {
            "name": "oidc",
            "icon": "fa-key",
            "token_key": "access_token",
            "remote_app": {
                "client_id": os.environ["CIVIC_OIDC_CLIENT_ID"],
                "client_secret": os.environ["CIVIC_OIDC_CLIENT_SECRET"],
                "server_metadata_url": f"{_ISSUER.rstrip('/')}/.well-known/openid-configuration",
                "client_kwargs": {"scope": "openid profile email"},
            },
        }
    ]
PUBLIC_ROLE_LIKE = None
FAB_ADD_SECURITY_API = True
TALISMAN_ENABLED = True
TALISMAN_CONFIG = {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "frame-ancestors": ["'self'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "font-src": ["'self'", "data:"],
        "script-src": ["'self'", "'strict-dynamic'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,
    "session_cookie_secure": SESSION_COOKIE_SECURE,
}
HTML_SANITIZATION = True
# Cards name their classes and lead to their sources; nothing else is let in.
HTML_SANITIZATION_SCHEMA_EXTENSIONS = {"attributes": {"*": ["className"], "a": ["target"]}}

# Looks: colours that people who do not see all of them can tell apart (Okabe and Ito 2008).
FAVICONS = [{"href": "/civic/static/icon.svg"}]
APP_NAME = "社会治理数据平台 Civic Lakehouse"
THEME_DEFAULT: dict[str, Any] = {
    "token": {
        "brandAppName": APP_NAME,
        "brandLogoAlt": "Civic Lakehouse",
        "brandLogoUrl": "/civic/static/logo.svg",
        "brandLogoHeight": "36px",
        "brandLogoMargin": "6px 0",
        "brandLogoHref": "/",
        "colorPrimary": "#0072b2",
        "colorLink": "#005a8f",
        "fontFamily": "Inter, 'Noto Sans CJK SC', 'Noto Sans SC', 'PingFang SC', "
        "'Microsoft YaHei', Helvetica, Arial, sans-serif",
    }
}
THEME_DARK = None
EXTRA_CATEGORICAL_COLOR_SCHEMES = [
    {
        "id": "civic",
        "description": "Okabe and Ito (2008)",
        "label": "Civic",
        "isDefault": True,
        "colors": [
            *("#0072b2", "#e69f00", "#009e73", "#d55e00", "#56b4e9"),
            *("#cc79a7", "#6b6b6b", "#b8a800"),
        ],
    },
]

# Nothing phones home.
os.environ["SCARF_ANALYTICS"] = "false"
SLACK_API_TOKEN = None
MAPBOX_API_KEY = ""
DECKGL_BASE_MAP: list[list[str]] = [["", "—"]]

BLUEPRINTS = [BLUEPRINT]
FAB_INDEX_VIEW = f"{CivicIndexView.__module__}.{CivicIndexView.__name__}"
LOG_LEVEL = "WARNING"


def DB_CONNECTION_MUTATOR(  # noqa: N802 - the name is Superset's
    uri: Any, params: dict[str, Any], *_who: Any
) -> tuple[Any, dict[str, Any]]:
    """Lead a database to the current publication's file: the switch takes effect at once."""
    if uri.drivername.startswith("duckdb"):
        uri = uri.set(database=str(file_of(str(uri.database))))
    return uri, params
