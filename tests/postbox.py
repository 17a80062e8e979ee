"""A mail server of the tests' own, which keeps what it is given."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from civic.services import free_port

PASSWORD = "open sesame"


class Postbox:
    """What the server was given; addresses at nowhere.example are refused."""

    def __init__(self) -> None:
        self.got: list[tuple[tuple[str, ...], EmailMessage]] = []

    async def handle_RCPT(self, _server, _session, envelope, address, _options) -> str:  # noqa: N802
        if address.endswith("@nowhere.example"):
            return "550 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        message = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.got.append((tuple(envelope.rcpt_tos), message))
        return "250 OK"


def _may_enter(_server, _session, _envelope, _mechanism, data: LoginPassword) -> AuthResult:
    return AuthResult(success=(data.login, data.password) == (b"lake", PASSWORD.encode()))


@contextmanager
def postbox() -> Iterator[tuple[Postbox, int]]:
    """The server on a free port, for the block."""
    box, port = Postbox(), free_port()
    controller = Controller(
        box, hostname="127.0.0.1", port=port, authenticator=_may_enter,
        auth_required=True, auth_require_tls=False,
    )  # fmt: skip
    controller.start()
    try:
        yield box, port
    finally:
        controller.stop()


def declare(home: Path, port: int, lists: str, more: str = "") -> None:
    """``mail.yml`` for that server."""
    (home / "mail.yml").write_text(
        f"server: {{host: 127.0.0.1, port: {port}, security: none, user: lake, "
        f"password: CIVIC_MAIL_PASSWORD}}\nsender: 湖仓 <lake@city.example>\n{more}lists:{lists}",
        encoding="utf-8",
    )
