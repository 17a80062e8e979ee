"""A small provider of OpenID Connect for tests: whoever comes is the person it was told of."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

CLIENT, SECRET = "civic", "a secret between the two of them, 32 letters"


class Provider:
    """``person``: the claims of whoever logs in next."""

    def __init__(self) -> None:
        self.person: dict[str, Any] = {}
        self.nonces: dict[str, str] = {}
        self.asked: list[str] = []
        self.issuer = ""


@contextmanager
def provider() -> Iterator[Provider]:
    """A provider that listens on this machine until the block ends."""
    told = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            given = {name: values[0] for name, values in parse_qs(address.query).items()}
            told.asked.append(address.path)
            match address.path:
                case "/.well-known/openid-configuration":
                    self._say(_metadata(told.issuer))
                case "/keys":
                    self._say({"keys": [_key()]})
                case "/authorize":
                    code = f"code-{len(told.nonces)}"
                    told.nonces[code] = given.get("nonce", "")
                    back = urlencode({"code": code, "state": given["state"]})
                    self.send_response(302)
                    self.send_header("Location", f"{given['redirect_uri']}?{back}")
                    self.end_headers()
                case "/userinfo":
                    known = self.headers.get("Authorization") == "Bearer token-of-the-person"
                    self._say(told.person if known else {}, 200 if known else 401)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            given = {name: values[0] for name, values in parse_qs(body).items()}
            told.asked.append("/token")
            now = int(time.time())
            claims = {
                "iss": told.issuer,
                "sub": told.person["sub"],
                "aud": CLIENT,
                "iat": now,
                "exp": now + 300,
                "nonce": told.nonces[given["code"]],
            }
            answer = {"access_token": "token-of-the-person", "token_type": "Bearer"}
            self._say({**answer, "expires_in": 300, "id_token": _signed(claims)})

        def _say(self, answer: Any, status: int = 200) -> None:
            text = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_words: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()


def _metadata(issuer: str) -> dict[str, Any]:
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "jwks_uri": f"{issuer}/keys",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["HS256"],
    }


def _key() -> dict[str, str]:
    return {"kty": "oct", "kid": "1", "alg": "HS256", "k": _base64(SECRET.encode())}


def _signed(claims: dict[str, Any]) -> str:
    header = {"alg": "HS256", "typ": "JWT", "kid": "1"}
    parts = ".".join(_base64(json.dumps(part).encode()) for part in (header, claims))
    digest = hmac.new(SECRET.encode(), parts.encode(), hashlib.sha256).digest()
    return f"{parts}.{_base64(digest)}"


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
