"""Why a source could not be read: one line for the operator, in Chinese and English.

The server's own words are told only where they cannot hold a row's value or a password.
"""

from __future__ import annotations

from typing import NamedTuple

import psycopg

WORDS: dict[str, tuple[str, str]] = {
    "away": ("数据库连接不上或已中断", "the database cannot be reached, or the connection broke"),
    "conninfo": (
        "环境变量 {what} 中的连接串格式不对",
        "the connection string in {what} is malformed",
    ),
    "variable": ("未设置环境变量 {what}", "the environment variable {what} is not set"),
    "login": ("数据库拒绝登录", "the database refuses the login"),
    "database": ("服务器上没有该数据库", "there is no such database on the server"),
    "table": ("没有表或视图 {what}", "there is no table or view {what}"),
    "column": ("{what} 中没有所写的列", "{what} is asked for a column that is not there"),
    "columns": ("合同所知的列一个也没有", "no column is one that the contract knows"),
    "permission": ("无权读取 {what}", "no permission to read {what}"),
    "type": ("{what} 中有列的类型不符", "a column of {what} is of the wrong type"),
    "value": ("{what} 中有值不能转换", "a value in {what} cannot be converted"),
    "writes": ("查询要写数据库，只许读取", "the query would write; only reading is allowed"),
    "query": ("查询语句有误", "the query is wrong"),
    "busy": ("{what} 被锁定，等待超时", "{what} is locked; waited too long"),
    "stopped": ("数据库停止了查询", "the database stopped the query"),
    "encoding": ("有不能转为 UTF-8 的字符", "a character cannot be converted to UTF-8"),
    "disk": ("本机不能保存提取的数据", "the extract cannot be kept on this machine"),
    "other": ("数据库报错", "the database reports an error"),
}
STATES = {
    "42P01": "table", "3F000": "table", "42703": "column", "42702": "column", "42501": "permission",
    "42883": "type", "42804": "type", "42846": "type", "25006": "writes", "55P03": "busy",
    "57014": "stopped", "57P01": "away", "57P02": "away", "57P03": "away", "3D000": "database",
    "22021": "encoding", "22P05": "encoding",
}  # fmt: skip
CLASSES = {"08": "away", "28": "login", "22": "value", "42": "query", "53": "stopped"}
SILENT = {"value", "encoding", "conninfo", "other"}


class Reason(NamedTuple):
    """One line in each language; ``kind`` is a key of WORDS."""

    kind: str
    zh: str
    en: str


def reason(kind: str, what: str, detail: str = "") -> Reason:
    """The line of that kind about ``what``, with the server's or system's own words behind it."""
    zh, en = (text.format(what=what) for text in WORDS[kind])
    return Reason(kind, f"{zh}（{detail}）" if detail else zh, f"{en} ({detail})" if detail else en)


def reason_of(error: psycopg.Error, what: str, broken: bool) -> Reason:
    """What a database error means. ``broken``: whether the connection is gone with it."""
    state = error.sqlstate or ""
    kind = STATES.get(state) or CLASSES.get(state[:2])
    if kind is None:
        kind = "away" if broken or isinstance(error, psycopg.OperationalError) else "other"
    return reason(kind, what, "" if kind in SILENT else _first_line(error))


def _first_line(error: psycopg.Error) -> str:
    said = error.diag.message_primary or str(error)
    return next((line.strip() for line in said.splitlines() if line.strip()), "")
