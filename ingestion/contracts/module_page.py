"""A module's page, for the clerk of a unit: what to send, when it is due, how, what comes back.

Belongs here: the page's text. Does not: what intake does with the data (the feeds' own pages,
``dictionary``), or the wording of findings (``ingestion/validation/finding_codes.yml``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ingestion.contracts import wording
from ingestion.contracts.markdown import table
from ingestion.contracts.model import Contract, Field
from ingestion.contracts.modules import module_title
from ingestion.validation.findings import expected, found
from ingestion.validation.rules import columns_of

_HOW = (
    "1. 取模板 · Get the template: `civic drop template <数据源 feed>`。自己系统导出的表也可以，"
    "下列表头都认；不要合并单元格，不要小计行。\n"
    "   An export of your own system will do: all headings below are known. "
    "No merged cells, no subtotals.\n"
    "2. 文件名写明数据日期 · Put the date that the data speak of into the file's name: "
    "`<数据源 feed>_20260331.xlsx`。\n"
    "3. 先自查 · Check it first: `civic drop check <文件 file> --feed <数据源 feed>`。"
    "逐行说明哪里不对，什么也不会入库。\n"
    "   It says line by line what is wrong and takes nothing in.\n"
    "4. 放入本单位、该数据源的文件夹 · Put it into `drops/<单位 unit>/<数据源 feed>/`。"
    "回执在 · The receipt lies in `outbox/<单位 unit>/`：改正其中的“更正”表，再放回同一文件夹。\n"
    "   Correct its sheet of corrections and put that into the same folder."
)
_SEMANTIC_FAULTS = {
    "citizen_id": "citizen_id_check_digit",
    "credit_code": "credit_code_check_digit",
    "division_code": "division_code_length",
    "phone": "phone_format",
}
_OUTCOMES = {"reject": "退回该行 row sent back", "warn": "提示 taken, and said"}
_LIST = {"expected_zh": "代码表各项", "expected_en": "the entries of the code list"}
_BOUNDS = {"expected_zh": "上表所列", "expected_en": "the bounds above"}
_FORM = {"expected_zh": "上表所列", "expected_en": "shown above"}
_KEY = {"column_zh": "主键", "column_en": "key"}

#: A longer code list stands on the feed's own page only.
_LONGEST_LIST = 12

_FEED_HEADS = (
    "数据源 Feed",
    "名称 Name",
    "周期 Cadence",
    "期限 Due",
    "每次报多少 How much each time",
)
_FIELD_HEADS = (
    "栏目 Column",
    "也认的表头 Other headings",
    "必填 Required",
    "怎么填 How to fill in",
    "例 Example",
)
_MISTAKE_HEADS = ("会说什么 What is said", "栏目 Columns", "应为 Expected", "结果 Outcome")

Row = tuple[str, str, str, str]


def module_page(contracts: Sequence[Contract]) -> str:
    """The page of one module, from its contracts in their order."""
    module = contracts[0].module
    parts = [
        f"# {module_title(module)}",
        f"模块 Module `{module}` · [全部模块 All modules](../README.md)",
        "## 报什么，何时报 What to send, and when",
        _overview(contracts),
        "## 怎么报 How to send it",
        _HOW,
        *(part for contract in contracts for part in _feed(contract)),
    ]
    return "\n\n".join(parts)


def _overview(contracts: Iterable[Contract]) -> str:
    rows = []
    for contract in contracts:
        level = wording.service_level_of(contract)
        promises = {label: f"{zh}<br>{en}" for _, zh, label, en in level}
        rows.append(
            (
                f"[{contract.title_zh} {contract.title_en}](#{contract.feed})",
                f"`{contract.feed}`",
                promises.get("Cadence", "—"),
                promises.get("Due", "—"),
                "<br>".join(wording.relation_of(contract.relation)),
            )
        )
    return table(_FEED_HEADS, rows)


def _feed(contract: Contract) -> list[str]:
    refused = [f.label_zh for f in contract.fields if f.protection == "refused"]
    asked = [f for f in contract.fields if f.protection != "refused"]
    parts = [
        f'## <a id="{contract.feed}"></a>{contract.title_zh} {contract.title_en}',
        contract.description,
        f"契约全文 The whole contract: [{contract.feed}]({contract.feed}.md)",
        table(_FIELD_HEADS, (_field_row(contract, field) for field in asked)),
    ]
    if refused:
        parts.append(f"**不得报送 Must not be sent:** {'、'.join(refused)}")
    mistakes = table(_MISTAKE_HEADS, _mistakes(contract))
    return [*(p for p in parts if p), "### 容易出错的地方 What goes wrong easily", mistakes]


def _field_row(contract: Contract, field: Field) -> tuple[str, ...]:
    others = [s for s in dict.fromkeys(field.synonyms) if s not in (field.name, field.label_zh)]
    how = [*wording.type_of(field), *wording.bounds_of(field)]
    if field.pattern:
        how.append(f"`{field.pattern}`")
    return (
        f"**{field.label_zh}**<br>{field.label_en}",
        "、".join([*others, f"`{field.name}`"]),
        "<br>".join(wording.requirement_of(field)),
        "<br>".join(_codes(contract, field) if field.codes else [part for part in how if part]),
        wording.example_of(field),
    )


def _codes(contract: Contract, field: Field) -> list[str]:
    """What may be chosen; of a long list where it stands."""
    if len(field.codes) > _LONGEST_LIST:
        zh, en = wording.type_of(field)
        return [zh, en, f"[{len(field.codes)} 项 entries]({contract.feed}.md#{field.name})"]
    return ["；".join(c.label_zh for c in field.codes), "; ".join(c.label_en for c in field.codes)]


def _mistakes(contract: Contract) -> list[Row]:
    """What this contract can find, row by row of the table: fields first, then rules."""
    fields = [f for f in contract.fields if f.protection != "refused"]
    rows = [
        _mistake("required_missing", [f for f in fields if f.required]),
        *(
            _mistake(code, [f for f in fields if f.semantic == semantic])
            for semantic, code in _SEMANTIC_FAULTS.items()
        ),
        _mistake("code_unknown", [f for f in fields if f.codes], **_LIST),
        *(
            _mistake(f"type_{kind}", [f for f in fields if f.logical_type == kind])
            for kind in ("date", "timestamp", "integer", "number", "boolean")
        ),
        _mistake("pattern", [f for f in fields if f.pattern and not f.semantic], **_FORM),
        _mistake(
            "out_of_range",
            [f for f in fields if f.minimum is not None or f.maximum is not None],
            **_BOUNDS,
        ),
        _mistake("duplicate_key", list(contract.key), **_KEY),
        _mistake(
            "reference_unknown", [f for f in fields if f.reference], "warn", expected=_named(fields)
        ),
    ]
    rules = [
        (
            f"{rule.zh}<br>{rule.en}",
            _labels(f for f in fields if f.name in columns_of(rule.expression)),
            "",
            _OUTCOMES[rule.severity],
        )
        for rule in contract.rules
    ]
    return [row for row in rows if row] + rules


def _mistake(
    code: str, fields: Sequence[Field], severity: str = "reject", **values: str
) -> Row | None:
    """One row of the table; None where no field can be at fault."""
    if not fields:
        return None
    words = {"column_zh": "该栏", "column_en": "the column", "other_line": "N", **values}
    said = "<br>".join(found(code, **words))
    return said, _labels(fields), "<br>".join(expected(code, **words)), _OUTCOMES[severity]


def _named(fields: Iterable[Field]) -> str:
    """The fields of other feeds that these refer to."""
    return ", ".join(dict.fromkeys(f"`{'.'.join(f.reference)}`" for f in fields if f.reference))


def _labels(fields: Iterable[Field]) -> str:
    return "、".join(f.label_zh for f in fields)
