"""What a list is written about a publication: subject, text, files.

Belongs here: which lists there is something for, and the words. Does not belong here: sending.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from mimetypes import guess_type
from pathlib import Path
from typing import Any

from analytics.reports.declarations import load_declarations
from analytics.reports.wording import period_name
from civic.errors import CivicError
from ingestion.contracts import Contract
from publishing.alerts_told import alerts_told
from publishing.completeness import Remarks
from publishing.index_page import HEADLINES, headlines_told, latest_months, summary_name
from publishing.mail.declarations import SUMMARY, Mail, MailingList
from publishing.opening import OpenPublication
from publishing.pages import Lang, in_language
from publishing.pictured import Picture
from publishing.residents import RESIDENTS
from publishing.serving_tables import catalog_of
from publishing.wording import word

ALERTS = "alerts"


@dataclass(frozen=True)
class Letter:
    """What one list is to be sent. ``about``: what it tells of, so that it is told once: the
    number of a publication, a month, or figures of alerts. ``pictures``: dashboards that are
    taken when it is sent."""

    name: str
    to: tuple[str, ...]
    subject: str
    text: str
    files: tuple[Path, ...]
    about: tuple[str, ...]
    pictures: tuple[Picture, ...] = ()


def letters(
    mail: Mail,
    publication: OpenPublication,
    contracts: Mapping[str, Contract],
    folder: Path,
    told: Mapping[str, frozenset[str]],
) -> Iterator[Letter]:
    """One for each list for which there is something new, in the order of their names.

    ``folder``: the files of the publication. ``told``: by list what it has been told of. Raises
    CivicError where a list is to be sent a report that there is not.
    """
    for name, one in sorted(mail.lists.items()):
        files = _files(name, one, publication, folder)
        about = _about(one, publication, contracts)
        new = tuple(thing for thing in about if thing not in told.get(name, frozenset()))
        if new:
            subject = _subject(one.language, new, publication, one.when)
            pictures = tuple(
                Picture(dashboard, one.language, one.seen_as or "", one.form)
                for dashboard in one.dashboards
            )
            attached = [*(path.name for path in files), *(p.file_name for p in pictures)]
            text = _text(mail, one, publication, contracts, attached, new)
            yield Letter(name, one.to, subject, text, files, new, pictures)


def message_of(letter: Letter, sender: str) -> EmailMessage:
    """The letter as a message with its files; people on a list do not see each other."""
    message = EmailMessage()
    message["From"], message["To"] = sender, sender
    message["Subject"] = letter.subject
    message["Date"] = formatdate(localtime=True)
    message["Message-ID"] = make_msgid(domain="civic-lakehouse.invalid")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    for path in letter.files:
        kind, _ = guess_type(path.name)
        main, sub = (kind or "application/octet-stream").split("/", 1)
        message.add_attachment(path.read_bytes(), main, sub, filename=path.name)
    return message


def _files(
    name: str, one: MailingList, publication: OpenPublication, folder: Path
) -> tuple[Path, ...]:
    known = {
        r: f"{r}.{one.language}.xlsx" for r in load_declarations(catalog=catalog_of(publication))
    }
    if publication.has(RESIDENTS):
        known[RESIDENTS] = f"{RESIDENTS}.{one.language}.xlsx"
    if HEADLINES in known:
        known[SUMMARY] = summary_name(one.language)
    if unknown := [report for report in one.send if report not in known]:
        raise CivicError(
            f"mail.yml, lists.{name}: there is no report {', '.join(unknown)}.",
            f"There are: {', '.join(sorted(known))}.",
            zh=f"mail.yml，lists.{name}：没有报表 {', '.join(unknown)}。",
            remedy_zh=f"可选：{', '.join(sorted(known))}。",
        )
    paths = tuple(folder / known[report] for report in one.send)
    if lacking := [path.name for path in paths if not path.is_file()]:
        raise CivicError(
            f"Publication {publication.number} lacks files: {', '.join(lacking)}.",
            "Run: civic run",
            zh=f"第 {publication.number} 号发布缺少文件：{', '.join(lacking)}。",
            remedy_zh="运行：civic run",
        )
    return paths


def _about(
    one: MailingList, publication: OpenPublication, contracts: Mapping[str, Contract]
) -> tuple[str, ...]:
    if one.when == "month":
        return _ended_month(publication, contracts)
    if one.when == ALERTS:
        told = alerts_told(publication, contracts, one.language)
        return tuple(map(_known_by, told["found"])) if told else ()
    return (f"v_{publication.number}",)


def _ended_month(
    publication: OpenPublication, contracts: Mapping[str, Contract]
) -> tuple[str, ...]:
    """The last month that had ended when the last drop spoke."""
    remarks = Remarks.of_publication(publication, contracts)
    months = latest_months(publication.cells.filter(level="all", slices=""))
    ended = [month for month in months if not remarks.is_unfinished(month)]
    return (ended[0],) if ended else ()


def _subject(lang: Lang, new: tuple[str, ...], publication: OpenPublication, when: str) -> str:
    if when == ALERTS:
        return word("mail_alerts", lang, len(new))
    if when == "month":
        return word("mail_month", lang, in_language(period_name(new[0]), lang))
    return word("mail_publication", lang, publication.number)


def _text(
    mail: Mail,
    one: MailingList,
    publication: OpenPublication,
    contracts: Mapping[str, Contract],
    attached: Sequence[str],
    new: tuple[str, ...],
) -> str:
    lang, manifest = one.language, publication.manifest
    lines = []
    if one.when != ALERTS:
        lines += [*headlines_told(publication, catalog_of(publication), lang), ""]
    lines += _alerts_in_words(publication, contracts, lang, new if one.when == ALERTS else None)
    if one.when != ALERTS:
        lines += [Remarks.of_publication(publication, contracts).on(HEADLINES, lang), ""]
    if attached:
        lines += [word("mail_files", lang), *(f"  {name}" for name in attached), ""]
    if mail.screens:
        lines += [word("mail_screens", lang, mail.screens), ""]
    stamp = manifest["digest"][:12], manifest["created_at"][:10]
    lines += [word("imprint", lang, publication.number, *stamp), word("mail_trace", lang)]
    return "\n".join(lines) + "\n"


def _alerts_in_words(
    publication: OpenPublication,
    contracts: Mapping[str, Contract],
    lang: Lang,
    only: tuple[str, ...] | None,
) -> list[str]:
    told = alerts_told(publication, contracts, lang)
    if told is None:
        return []
    lines = [told["told"]]
    for row in told["found"]:
        if only is None or _known_by(row) in only:
            said = (row[key] for key in ("week", "where", "what", "came", "usual"))
            explained = f"  civic explain {row['cell_id']}" if row["cell_id"] else ""
            lines.append(f"  {word('sheet_alert', lang, *said)}{explained}")
    return [*lines, ""]


def _known_by(alert: Mapping[str, Any]) -> str:
    """Its figure; where nothing came there is none, and its week, place and class tell it."""
    return str(alert["cell_id"] or "|".join((alert["week"], alert["where"], alert["what"])))
