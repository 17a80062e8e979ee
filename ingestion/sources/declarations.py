"""What a source is: ``sources/<name>.yml`` in the home, one database of one unit.

Belongs here: reading the file and checking it against the contracts. No password stands in it: it
names the environment variable that holds the connection string.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated
from zoneinfo import available_timezones

import pydantic
import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from civic.errors import CivicError
from civic.settings import Settings
from ingestion.contracts import Contract
from ingestion.intake.collecting import no_such_feed, safe_name

NAME = re.compile(r"[a-z0-9][a-z0-9_]{0,39}")
VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class FeedOfSource(BaseModel):
    """Where the rows of one feed stand.

    ``table``: a table or view, ``schema.table`` as the database spells it, or ``query``: a select.
    ``since``: a column of dates or times by which only changes are read. ``columns``: the
    database's column to the contract's field, where the contract does not know the column's name.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    table: Text | None = None
    query: Text | None = None
    since: Text | None = None
    columns: dict[str, str] = Field(default_factory=dict)


class Source(BaseModel):
    """One database. ``connection``: the environment variable with the connection string.

    ``timezone``: in which the database's moments without an offset are meant, and are written.
    ``overlap_minutes``: changes are read from so long before the last extract on, because a
    transaction may end long after the time that it wrote down.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    unit: Text
    connection: Text
    timezone: Text = "Asia/Shanghai"
    overlap_minutes: int = Field(default=60, ge=0, le=60 * 24 * 31)
    feeds: dict[str, FeedOfSource] = Field(min_length=1)


def source_names(settings: Settings) -> list[str]:
    """The sources that this home declares, in order."""
    return sorted(path.stem for path in settings.sources.glob("*.yml"))


def load_source(settings: Settings, contracts: Mapping[str, Contract], name: str) -> Source:
    """The source of that name. Raises CivicError where there is none, or it is not sound."""
    path = settings.sources / f"{name}.yml"
    if not NAME.fullmatch(name) or not path.is_file():
        known = ", ".join(source_names(settings)) or "-"
        raise CivicError(
            f"There is no source {name!r}.",
            f"Declared in {settings.sources}: {known}.",
            zh=f"没有名为 {name!r} 的数据库来源。",
            remedy_zh=f"{settings.sources} 中已声明：{known}。",
        )
    source = _read(path)
    if fault := _fault(source, contracts):
        raise _unsound(path, *fault)
    return source


def _read(path: Path) -> Source:
    try:
        declared = yaml.safe_load(path.read_text(encoding="utf-8"))
        if not isinstance(declared, dict):
            raise _unsound(path, "应为键值对", "it must be a mapping")
        return Source(**{**declared, "name": path.stem})
    except pydantic.ValidationError as error:
        # Never the value itself: somebody may have written a password where none belongs.
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise _unsound(path, f"{where}：{first['msg']}", f"{where}: {first['msg']}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise _unsound(path, "不能读取", f"it cannot be read ({type(error).__name__})") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else "?"
        raise _unsound(path, f"第 {line} 行不是 YAML", f"line {line} is not YAML") from None


def _fault(source: Source, contracts: Mapping[str, Contract]) -> tuple[str, str] | None:
    """What is wrong with it, in Chinese and English."""
    if safe_name(source.unit) != source.unit:
        return "unit 不能作文件夹名", "unit cannot be the name of a folder"
    if not VARIABLE.fullmatch(source.connection):
        return (
            "connection 应为环境变量名（大写），连接串本身不写入文件",
            "connection must be the name of an environment variable in capitals, "
            "never the connection string itself",
        )
    if source.timezone not in available_timezones():
        return f"没有时区 {source.timezone}", f"there is no time zone {source.timezone}"
    for feed, told in source.feeds.items():
        if feed not in contracts:
            error = no_such_feed(feed, contracts)
            return error.zh, error.message
        if fault := _feed_fault(told, contracts[feed]):
            return f"{feed}：{fault[0]}", f"{feed}: {fault[1]}"
    return None


def _feed_fault(told: FeedOfSource, contract: Contract) -> tuple[str, str] | None:
    if (told.table is None) == (told.query is None):
        return "table 与 query 须且只须写一个", "name either a table or a query"
    known = {f.name for f in contract.fields if f.protection != "refused"}
    for column, name in told.columns.items():
        if name not in known:
            return (
                f"columns 中 {column} 对应的字段 {name} 不在合同内",
                f"columns: {column} is to be {name}, which is no field that the contract takes",
            )
    if told.since and (contract.relation.mode == "snapshot" or not contract.key):
        return (
            "全量数据不能用 since 只取变化",
            "since cannot be used: a drop of this feed is all that the unit has",
        )
    return None


def _unsound(path: Path, zh: str, en: str) -> CivicError:
    return CivicError(f"{path.name}: {en}.", zh=f"{path.name}：{zh}。")
