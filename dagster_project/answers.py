"""Ask the webserver whether it is there and whether the definitions were loaded."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Sequence
from typing import Any

from civic.errors import CivicError
from civic.services import HOST, Service

_PAUSE_SECONDS = 0.3
_QUERY = """
{ workspaceOrError { __typename ... on Workspace { locationEntries {
    loadStatus locationOrLoadError { __typename ... on PythonError { message } }
} } } }
"""


def wait_until_ready(services: Sequence[Service], port: int, seconds: float = 180.0) -> None:
    """Return once ``/server_info`` answers and the definitions are loaded.

    Raises CivicError where a service ends, the definitions do not load, or time runs out.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for service in services:
            service.demand_alive()
        if _get(port, "/server_info") and _definitions_loaded(port):
            return
        time.sleep(_PAUSE_SECONDS)
    raise CivicError(
        f"Dagster did not answer on port {port} within {seconds:.0f} seconds.",
        f"Its logs are in {services[0].log.parent}.",
    )


def _definitions_loaded(port: int) -> bool:
    answer = _get(port, "/graphql", {"query": _QUERY})
    workspace = ((answer or {}).get("data") or {}).get("workspaceOrError") or {}
    entries = workspace.get("locationEntries") or []
    loaded = [entry["locationOrLoadError"] for entry in entries if entry["locationOrLoadError"]]
    for one in loaded:
        # Until the code server listens, the webserver reports that it cannot be reached.
        if one["__typename"] == "PythonError" and "UNAVAILABLE" not in one["message"]:
            if "Could not reach" in one["message"]:
                return False
            raise CivicError(
                f"The definitions do not load: {one['message'].strip()[:500]}",
                "civic up --check looks for the cause.",
            )
    return bool(loaded) and all(one["__typename"] != "PythonError" for one in loaded)


def _get(port: int, path: str, body: Any = None) -> dict[str, Any] | None:
    """The JSON answer, or None while nothing answers."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"http://{HOST}:{port}{path}", data=data, headers=headers)
    # Without the proxies of the environment: this never leaves the machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10) as response:
            answer: dict[str, Any] = json.load(response)
            return answer
    except (OSError, ValueError):
        return None
