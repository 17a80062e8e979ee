"""Hand letters to a mail server, and write down what each list has been told.

Belongs here: the way out, and the ledger ``reports/.mailed.jsonl``, one line for each letter. What
a server has taken is written down at once, so that a run killed in between tells nobody twice but
for the letter of that moment.
"""

from __future__ import annotations

import json
import os
import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from civic.errors import CivicError
from civic.settings import Settings
from ingestion.contracts import load_contracts
from publishing.mail.composing import Letter, letters, message_of
from publishing.mail.declarations import Mail, Server, address_of, load_mail
from publishing.pictured import Draw, undrawn
from publishing.publications import open_publication

LEDGER = ".mailed.jsonl"
TIMEOUT = 30.0
"""Seconds that a server may keep silent."""
MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Sent:
    """What became of a letter. ``fault``: why it was not sent, empty where it was;
    ``refused``: addresses that the server did not take, while it took others."""

    letter: Letter
    fault: str = ""
    refused: tuple[str, ...] = ()


def letters_to_send(
    settings: Settings, only: Sequence[str] = (), again: bool = False
) -> list[Letter]:
    """What is to be sent now of the current publication.

    ``only``: these lists, all where it is empty. ``again``: also what a list was told before.
    Raises CivicError where there is no declaration, publication, list, report or file.
    """
    mail = load_mail(settings)
    if unknown := sorted(set(only) - set(mail.lists)):
        known = ", ".join(sorted(mail.lists))
        raise CivicError(
            f"There is no list {', '.join(unknown)}.",
            f"Lists: {known}.",
            zh=f"没有名为 {'、'.join(unknown)} 的收件名单。",
            remedy_zh=f"已有名单：{known}。",
        )
    told = {} if again else _told(settings)
    contracts = load_contracts(settings.contract_paths)
    with open_publication(settings) as publication:
        folder = settings.reports / f"v_{publication.number}"
        made = list(letters(mail, publication, contracts, folder, told))
    return [letter for letter in made if not only or letter.name in only]


def send(settings: Settings, to_send: Sequence[Letter], draw: Draw = undrawn) -> list[Sent]:
    """Send the letters one after the other; what fails is said and does not stop the others.

    ``draw`` takes the pictures of dashboards that letters carry; a letter whose pictures cannot be
    taken is not sent. Raises CivicError where the server cannot be reached or does not let us in.
    """
    mail = load_mail(settings)
    done: list[Sent] = []
    for letter in to_send:
        try:
            whole = replace(letter, files=(*letter.files, *_drawn(letter, draw)))
        except CivicError as error:
            done.append(Sent(letter, error.message))
            continue
        try:
            with _server(mail.server) as server:
                sent = _send(server, mail, whole)
        except CivicError as error:
            if not done:
                raise
            sent = Sent(letter, error.message)
        if not sent.fault:
            _write_down(settings, sent)
        done.append(sent)
    return done


def _drawn(letter: Letter, draw: Draw) -> list[Path]:
    made = draw(letter.pictures)
    return [made[one] for one in letter.pictures]


def _send(server: smtplib.SMTP, mail: Mail, letter: Letter) -> Sent:
    size = sum(path.stat().st_size for path in letter.files) / MEGABYTE
    if size > mail.megabytes:
        return Sent(letter, f"{size:.1f} MiB > {mail.megabytes} MiB (megabytes)")
    message = message_of(letter, mail.sender)
    people = [address_of(one) for one in letter.to]
    try:
        refused = server.send_message(message, address_of(mail.sender), people)
    except (smtplib.SMTPException, OSError) as error:
        return Sent(letter, _words(error))
    return Sent(letter, refused=tuple(refused))


@contextmanager
def _server(declared: Server) -> Iterator[smtplib.SMTP]:
    password = os.environ.get(declared.password or "", "")
    if declared.password and not password:
        raise CivicError(
            f"The environment variable {declared.password} with the mail password is not set.",
            "Set it where civic or Dagster is started.",
            zh=f"未设置邮件密码的环境变量 {declared.password}。",
            remedy_zh="请在启动 civic 或 Dagster 的环境中设置。",
        )
    context = ssl.create_default_context()
    place = f"{declared.host}:{declared.port}"
    try:
        if declared.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                declared.host, declared.port, timeout=TIMEOUT, context=context
            )
        else:
            server = smtplib.SMTP(declared.host, declared.port, timeout=TIMEOUT)
        if declared.security == "starttls":
            server.starttls(context=context)
        if declared.user:
            server.login(declared.user, password)
    except (smtplib.SMTPException, OSError) as error:
        raise CivicError(
            f"The mail server {place} cannot be used: {_words(error)}",
            "Check server in mail.yml. Nothing was sent or written down.",
            zh=f"邮件服务器 {place} 无法使用：{_words(error)}",
            remedy_zh="请检查 mail.yml 中的 server。未发送任何邮件，也未作记录。",
        ) from error
    try:
        yield server
    finally:
        server.close()


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return ", ".join(error.recipients)
    return " ".join(str(error).split()) or type(error).__name__


def ledger(settings: Settings) -> Path:
    """Where is written down what was sent."""
    return settings.reports / LEDGER


def _told(settings: Settings) -> dict[str, frozenset[str]]:
    path = ledger(settings)
    told: dict[str, frozenset[str]] = {}
    for line in path.read_text("utf-8").splitlines() if path.is_file() else ():
        try:
            entry = json.loads(line)
        except ValueError:
            continue  # the last line of a run that was killed: not sent, as far as is known
        told[entry["list"]] = told.get(entry["list"], frozenset()) | set(entry["about"])
    return told


def _write_down(settings: Settings, sent: Sent) -> None:
    path = ledger(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    entry = {
        "list": sent.letter.name,
        "about": sent.letter.about,
        "files": [f.name for f in sent.letter.files],
        "people": len(sent.letter.to) - len(sent.refused),
        "refused": sent.refused,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry, ensure_ascii=False) + "\n")
