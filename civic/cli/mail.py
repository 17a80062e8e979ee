"""``civic mail``: reports and alerts to those whom mail.yml names."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from civic.cli.console import AsJson, console, print_json, say, table, working
from civic.errors import DataAtFaultError

Only = Annotated[
    list[str] | None, typer.Option("--list", help="Only this list; may be given repeatedly.")
]
Again = Annotated[bool, typer.Option("--again", help="Also what a list has been told of already.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would be sent, with its text; send nothing.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    group = typer.Typer(no_args_is_help=True, help="Reports and alerts by e-mail.")
    group.command("send")(send_mail)
    app.add_typer(group, name="mail")


def send_mail(
    only: Only = None, again: Again = False, dry_run: DryRun = False, as_json: AsJson = False
) -> None:
    """Send each list of mail.yml what is new to it in the current publication."""
    from civic.settings import load_settings
    from publishing.mail.sending import Sent, letters_to_send, send
    from superset_assets.pictures import drawer

    settings = load_settings()
    with working(say("正在准备邮件……", "Writing the mail ...")):
        letters = letters_to_send(settings, only or (), again)
        if dry_run:
            done = [Sent(one) for one in letters]
        else:
            done = send(settings, letters, drawer(settings))
    rows: list[dict[str, Any]] = [
        {
            "list": one.letter.name,
            "subject": one.letter.subject,
            "people": len(one.letter.to) - len(one.refused),
            "files": len(one.letter.files) + len(one.letter.pictures),
            "result": one.fault or _refused(one.refused) or _well(dry_run),
        }
        for one in done
    ]
    if as_json:
        print_json([row | {"text": one.letter.text} for row, one in zip(rows, done, strict=True)])
    elif not rows:
        console.print(say("没有新内容，未发送邮件。", "Nothing new to anybody: no mail was sent."))
    else:
        columns = {
            "list": say("名单", "List"),
            "subject": say("主题", "Subject"),
            "people": say("收件人", "People"),
            "files": say("附件", "Files"),
            "result": say("结果", "Result"),
        }
        console.print(table("", columns, rows))
        if dry_run:
            for one in done:
                console.print(f"\n── {one.letter.name} ──\n{one.letter.text}", markup=False)
    if any(one.fault or one.refused for one in done):
        raise DataAtFaultError(
            "Not everybody was written to.",
            "See the result of each list; what was sent is not sent again.",
            zh="有名单未能全部送达。",
            remedy_zh="见各名单的结果；已发送的不会重复发送。",
        )


def _well(dry_run: bool) -> str:
    return say("试运行，未发送", "not sent: a dry run") if dry_run else say("已发送", "sent")


def _refused(addresses: tuple[str, ...]) -> str:
    if not addresses:
        return ""
    return say(f"服务器拒收：{'、'.join(addresses)}", f"refused: {', '.join(addresses)}")
