"""``mail.yml`` in the home: the mail server, and lists of people with what each is sent.

Belongs here: reading the file and checking it. No password stands in it: it names the environment
variable that holds it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Literal

import pydantic
import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from civic.errors import CivicError
from civic.settings import Settings
from publishing.pages import Lang
from publishing.pictured import Form

FILE = "mail.yml"
SUMMARY = "summary"
"""Under this name a list is sent the city in brief on one page."""
When = Literal["every publication", "month", "alerts"]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Server(_Part):
    """``security``: 'starttls' (a server that does not offer it is refused), 'tls' or 'none'.

    ``password``: the environment variable that holds it.
    """

    host: Text
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: Text | None = None
    password: Text | None = None

    @field_validator("password")
    @classmethod
    def _is_a_variable(cls, value: str | None) -> str | None:
        if value is not None and not _VARIABLE.fullmatch(value):
            raise ValueError("names an environment variable, in capitals; never the password")
        return value


class MailingList(_Part):
    """``when``: with every publication; once for each month that has ended; or where there are
    alerts of whole weeks of which the list has not been told. ``send``: reports whose workbooks
    are attached, 'summary' for the printed page. ``dashboards``: attached as PDF, or as ``form``
    says, as the account ``seen_as`` sees them.
    """

    to: tuple[Text, ...] = Field(min_length=1)
    when: When
    language: Lang = "zh"
    send: tuple[Text, ...] = ()
    dashboards: tuple[Text, ...] = ()
    seen_as: Text | None = None
    form: Form = "pdf"

    @model_validator(mode="after")
    def _says_who_looks(self) -> MailingList:
        if self.dashboards and not self.seen_as:
            raise ValueError("dashboards need seen_as: the account whose rows they show")
        return self

    @field_validator("to")
    @classmethod
    def _are_addresses(cls, value: Sequence[str]) -> Sequence[str]:
        for one in value:
            address_of(one)
        return value


class Mail(_Part):
    """``sender``: the address that mail comes from. ``screens``: where the dashboards are, if mail
    is to link to them. ``megabytes``: a mail with larger attachments is not sent.
    """

    server: Server
    sender: Text
    lists: dict[str, MailingList] = Field(min_length=1)
    screens: Text | None = None
    megabytes: int = Field(default=20, ge=1)

    @field_validator("sender")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        address_of(value)
        return value


def address_of(text: str) -> str:
    """The address in ``Name <a@b>`` or ``a@b``. Raises ValueError for anything else."""
    address = parseaddr(text)[1]
    if "\n" in text or "\r" in text or not re.fullmatch(r"[^@\s,;]+@[^@\s,;]+", address):
        raise ValueError(f"{text!r} is no address")
    return address


def mail_file(settings: Settings) -> Path:
    """Where the declaration lies."""
    return settings.home / FILE


def load_mail(settings: Settings) -> Mail:
    """The declaration. Raises CivicError where there is none, or it is not sound."""
    path = mail_file(settings)
    if not path.is_file():
        raise CivicError(
            f"Nobody is to be written to: there is no {path}.",
            "docs/mail.md shows one to begin with.",
            zh=f"没有收件设置：{path} 不存在。",
            remedy_zh="示例见 docs/mail.md。",
        )
    try:
        declared = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Mail.model_validate(declared)
    except (yaml.YAMLError, UnicodeDecodeError, pydantic.ValidationError) as error:
        fault = _faults(error) if isinstance(error, pydantic.ValidationError) else str(error)
        raise CivicError(
            f"{path}: {fault}",
            "docs/mail.md says what may stand in it.",
            zh=f"{path}：{fault}",
            remedy_zh="可填写的内容见 docs/mail.md。",
        ) from error


def _faults(error: pydantic.ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(map(str, one['loc'])) or FILE}: {one['msg']}" for one in error.errors()
    )
