"""What a contract says, in the words of the people who fill in its files: Chinese and English.

Shared by the template and the dictionary. Belongs here: wording. Does not: layout.
"""

from __future__ import annotations

from ingestion.contracts.model import AsOfRule, Contract, Field, LeaveOut, Relation

Words = tuple[str, str]

_TYPES: dict[str, Words] = {
    "string": ("文字", "text"),
    "integer": ("整数", "whole number"),
    "number": ("数值", "number"),
    "boolean": ("是或否", "是 (yes) or 否 (no)"),
    "date": ("日期", "date"),
    "timestamp": ("日期和时间", "date and time"),
}
_FORMS: dict[str, str] = {
    "date": "2026-03-01",
    "timestamp": "2026-03-01 08:12:00",
    "boolean": "是",
}
_KINDS: dict[str, Words] = {
    "citizen_id": (
        "18 位公民身份号码，校验位须正确",
        "citizen id of 18 characters that fits its check digit",
    ),
    "credit_code": ("18 位统一社会信用代码", "unified social credit code of 18 characters"),
    "division_code": ("12 位社区或 15 位网格代码", "division code: 12 digits, or 15 for a grid"),
    "phone": (
        "11 位手机号，或带区号的固定电话",
        "mobile number of 11 digits, or landline with area code",
    ),
    "passport": ("护照号码", "passport number"),
    "person_name": ("姓名", "name of a person"),
    "address": ("地址", "address"),
    "account": ("用户号", "account"),
}
_PROTECTIONS: dict[str, Words] = {
    "none": ("", ""),
    "pseudonym": ("入库时换成密钥假名", "replaced by a keyed pseudonym at the door"),
    "vault": ("只存入加密库", "kept in the encrypted vault only"),
    "scrub": ("入库时遮去其中的证件号和电话", "identifiers inside are masked at the door"),
    "refused": ("不得报送，不采集", "must not be sent, never taken in"),
}
_CADENCES: dict[str, Words] = {
    "day": ("每天", "daily"),
    "week": ("每周", "weekly"),
    "month": ("每月", "monthly"),
    "quarter": ("每季度", "quarterly"),
    "year": ("每年", "yearly"),
}


def type_of(field: Field) -> Words:
    """What is written into the field, in one line each."""
    zh, en = _TYPES[field.logical_type]
    if field.codes:
        return "代码，从列表选取", "code, chosen from the list"
    return _KINDS.get(field.semantic or "", (zh, en))


def bounds_of(field: Field) -> Words:
    """Range and length, empty where there is none."""
    zh, en = [], []
    if field.minimum is not None:
        zh.append(f"不小于 {field.minimum}")
        en.append(f"at least {field.minimum}")
    if field.maximum is not None:
        zh.append(f"不大于 {field.maximum}")
        en.append(f"at most {field.maximum}")
    if field.max_length is not None:
        zh.append(f"不超过 {field.max_length} 字")
        en.append(f"at most {field.max_length} characters")
    return "，".join(zh), ", ".join(en)


def requirement_of(field: Field) -> Words:
    """Whether it must be filled in, and whether it tells records apart."""
    if field.required and field.key_position is not None:
        return "必填，主键", "required, key"
    if field.required:
        return "必填", "required"
    if field.key_position is not None:
        return "主键", "key"
    return "选填", "optional"


def protection_of(field: Field) -> Words:
    """What happens to the value at the door, empty where it stays as it is."""
    return _PROTECTIONS[field.protection]


def example_of(field: Field) -> str:
    """One value that passes: the contract's, or the form of the type; empty for a code list."""
    if field.examples:
        return field.examples[0]
    return "" if field.codes else _FORMS.get(field.logical_type, "")


def relation_of(relation: Relation) -> Words:
    """How a drop relates to the ones before it."""
    scope = "、".join(relation.scope)
    match relation.mode:
        case "append":
            words = (
                "追加；同一主键以最早一次为准",
                "rows are added; of one key the earliest stays",
            )
        case "upsert":
            words = ("按主键更新；以最新一次为准", "updated by key; of one key the latest stays")
        case "snapshot":
            words = (
                f"全量；替换以前所报的同一 {scope} 的数据" if scope else "全量；替换本单位以前所报",
                "all there is; replaces what was sent before "
                + (f"for the same {scope}" if scope else "by the unit"),
            )
    if relation.history:
        return words[0] + "，保留历史版本", words[1] + "; earlier versions are kept"
    return words


def left_out_of(rule: LeaveOut) -> Words:
    """Which rows of a file are no records."""
    zh, en = [], []
    if rule.only_first_cell:
        zh.append("只填了第一格")
        en.append("only the first cell is filled")
    if rule.nothing_but:
        zh.append(f"只填了 {'、'.join(rule.nothing_but)}")
        en.append(f"nothing but {', '.join(rule.nothing_but)} is filled")
    if rule.pattern:
        where_zh, where_en = (f" {rule.column}", rule.column) if rule.column else ("第一格", "it")
        zh.append(f"{where_zh}形如 `{rule.pattern}`")
        en.append(f"{where_en} has the form `{rule.pattern}`")
    return "，".join(zh) + "的行", "rows in which " + " and ".join(en)


def as_of_of(rules: tuple[AsOfRule, ...]) -> Words:
    """Where the date that a drop speaks of is found."""
    zh, en = [], []
    for rule in rules:
        if rule.source == "column":
            zh.append(f"{rule.column} 一栏中最晚的日期")
            en.append(f"the latest date in the column {rule.column}")
        elif rule.month and rule.day:
            zh.append(f"文件名中的年份，指当年 {rule.month} 月 {rule.day} 日")
            en.append(f"the year in the file's name, meaning its {rule.day:02d}/{rule.month:02d}")
        else:
            zh.append("文件名中的日期，如 20261031")
            en.append("the date in the file's name, such as 20261031")
    unstated = ("收到的时间", "the time of arrival")
    return "；否则".join([*zh, unstated[0]]), "; else ".join([*en, unstated[1]])


def service_level_of(contract: Contract) -> list[tuple[str, str, str, str]]:
    """Label and value of each promise, Chinese and English: (zh, value zh, en, value en)."""
    level = contract.service_level
    rows = []
    if level.cadence:
        zh, en = _CADENCES.get(level.cadence, (level.cadence, level.cadence))
        rows.append(("报送周期", zh, "Cadence", en))
    if level.due_days is not None:
        due = level.due_days
        rows.append(
            ("报送期限", f"期末后 {due} 天内", "Due", f"within {due} days of the period's end")
        )
    if level.retention_months is not None:
        kept = level.retention_months
        rows.append(("保存期限", f"{kept} 个月", "Kept for", f"{kept} months"))
    return rows
