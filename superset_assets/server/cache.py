"""A cache of answers that never gives an answer of another publication."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_caching.backends.filesystemcache import FileSystemCache

from superset_assets.server.places import current_publication


class PublicationCache(FileSystemCache):
    """A cache in files that are named for the key and for the publication that readers see."""

    def _get_filename(self, key: str) -> str:
        of_its_own = key == self._fs_count_file
        return str(super()._get_filename(key if of_its_own else f"{current_publication()}:{key}"))


def publication_cache(
    _app: Any, config: Mapping[str, Any], _args: list[Any], _kwargs: dict[str, Any]
) -> PublicationCache:
    """The factory that Flask-Caching calls."""
    return PublicationCache(
        cache_dir=config["CACHE_DIR"],
        threshold=config.get("CACHE_THRESHOLD", 5000),
        default_timeout=config["CACHE_DEFAULT_TIMEOUT"],
    )
