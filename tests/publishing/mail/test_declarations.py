from __future__ import annotations

from pathlib import Path

import pytest

from civic.errors import CivicError
from publishing.mail.declarations import address_of, load_mail
from tests.conftest import home_of

SOUND = """
server: {host: smtp.city.example, user: lakehouse, password: CIVIC_MAIL_PASSWORD}
sender: Lakehouse <lakehouse@city.example>
lists:
  leaders: {to: [mayor@city.example], when: month, send: [summary]}
"""


def test_a_sound_declaration_is_read(tmp_path: Path) -> None:
    (tmp_path / "mail.yml").write_text(SOUND, encoding="utf-8")
    mail = load_mail(home_of(tmp_path))
    assert (mail.server.port, mail.server.security) == (587, "starttls")
    assert mail.lists["leaders"].language == "zh"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("when: month", "when: hourly", "lists.leaders.when"),
        ("[mayor@city.example]", "[]", "lists.leaders.to"),
        ("mayor@city.example", "mayor", "no address"),
        ("mayor@city.example", '"a@b.c\\nBcc: x@y.z"', "no address"),
        ("password: CIVIC_MAIL_PASSWORD", "password: hunter2", "never the password"),
        ("send: [summary]", "sends: [summary]", "lists.leaders.sends"),
        ("host: smtp.city.example, ", "", "server.host"),
        ("lists:", "lists: {}\nother:", "lists"),
        (SOUND, "[]", "mail.yml"),
        (SOUND, "a: [", "mail.yml"),
    ],
)
def test_an_unsound_one_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, fault: str
) -> None:
    (tmp_path / "mail.yml").write_text(SOUND.replace(old, new), encoding="utf-8")
    with pytest.raises(CivicError) as refused:
        load_mail(home_of(tmp_path))
    assert fault in refused.value.message


def test_without_a_declaration_it_is_said_where_one_would_lie(tmp_path: Path) -> None:
    with pytest.raises(CivicError, match=r"mail\.yml"):
        load_mail(home_of(tmp_path))


def test_an_address_may_have_a_name() -> None:
    assert address_of("市长 <mayor@city.example>") == "mayor@city.example"
