"""``civic people``: who may log in to the screens, and what each of them sees."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from civic.cli.console import AsJson, console, print_json, say, table, working
from civic.settings import load_settings

Name = Annotated[str, typer.Argument(help="The name to log in with.")]
Role = Annotated[
    str,
    typer.Option(
        help="leader, city, analyst, steward; district, street, community (with --part CODE); "
        "member_unit (with --part UNIT)."
    ),
]
Part = Annotated[
    list[str] | None,
    typer.Option("--part", help="A place's 12-digit code or a unit's name; may be repeated."),
]


def register(app: typer.Typer) -> None:
    """Add ``civic people``."""
    people = typer.Typer(no_args_is_help=True, help="Who may log in to the screens.")
    people.command("list")(list_people)
    people.command("add")(add)
    people.command("change")(change)
    people.command("password")(password)
    people.command("remove")(remove)
    people.command("log")(log)
    app.add_typer(people, name="people")


def list_people(as_json: AsJson = False) -> None:
    """List everybody, with roles and parts."""
    rows = _ask(["people"])
    if as_json:
        print_json(rows)
        return
    headings = {
        "name": say("用户名", "Name"),
        "roles": say("角色", "Role"),
        "parts": say("范围", "Part"),
        "active": say("可登录", "May log in"),
        "last_login": say("上次登录", "Last login"),
    }
    shown = [
        {
            **row,
            "roles": ", ".join(row["roles"]),
            "parts": ", ".join(row["parts"]) or "—",
            "last_login": row["last_login"][:16],
        }
        for row in rows
    ]
    console.print(table(say("看板用户", "People of the screens"), headings, shown))


def add(name: Name, role: Role, part: Part = None, as_json: AsJson = False) -> None:
    """Add somebody. The first password is drawn and shown once, or read from standard input."""
    answer = _ask(["person", "add", name, "--role", role, *_parts(role, part)], _given())
    _tell_password(answer, as_json)


def change(name: Name, role: Role, part: Part = None) -> None:
    """Give somebody another role and other parts, in place of what she had."""
    _ask(["person", "change", name, "--role", role, *_parts(role, part)])
    console.print(say(f"{name}：已改为 {role}。", f"{name} is {role} now."), markup=False)


def password(name: Name, as_json: AsJson = False) -> None:
    """Give somebody another password: drawn and shown once, or read from standard input."""
    _tell_password(_ask(["person", "password", name], _given()), as_json)


def remove(name: Name) -> None:
    """Bar somebody from logging in. The account stays, for the log of what was opened."""
    _ask(["person", "remove", name])
    console.print(say(f"{name}：已停用。", f"{name} can no longer log in."), markup=False)


def log(
    days: Annotated[int, typer.Option(min=1, help="How far back.")] = 7,
    as_json: AsJson = False,
) -> None:
    """Say who opened what: dashboards, sources of figures, files taken away, free questions."""
    rows = _ask(["opened", "--days", str(days)])
    if as_json:
        print_json(rows)
        return
    headings = {
        "at": say("时间", "At"),
        "who": say("用户", "Who"),
        "what": say("操作", "What"),
        "which": say("对象", "Which"),
    }
    shown = [{**row, "what": say(*OPENED[row["what"]])} for row in rows]
    console.print(table(say("查看记录", "What was opened"), headings, shown))


OPENED = {
    "dashboard": ("打开看板", "dashboard"),
    "sources": ("查看来源", "sources"),
    "file": ("导出文件", "file taken away"),
    "question": ("SQL 查询", "free question"),
}


def _ask(arguments: Sequence[str], secret: str = "") -> Any:
    from superset_assets.running import ask_server, demand_loaded

    settings = load_settings()
    demand_loaded(settings)
    with working(say("正在打开看板的用户库 …", "Opening the screens' list of people …")):
        return ask_server(settings, arguments, secret)


def _given() -> str:
    """A password that was piped in; asked for nowhere, so that none is ever typed in clear."""
    if sys.stdin is None or sys.stdin.isatty():
        return ""
    return sys.stdin.readline().strip()


def _parts(role: str, part: Sequence[str] | None) -> list[str]:
    from superset_assets.parts import part_named

    settings = load_settings()
    named = [part_named(settings, role, one) for one in part or ()]
    return [text for one in named for text in ("--part", one)]


def _tell_password(answer: dict[str, str], as_json: bool) -> None:
    if as_json:
        print_json(answer)
        return
    told = say("密码（只显示这一次）", "Password (shown this once)")
    console.print(f"{answer['name']}  {told}: {answer['password']}", markup=False, soft_wrap=True)
