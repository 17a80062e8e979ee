"""The data dictionary: a Markdown page for each feed and module, and an index, from the contracts.

``python -m ingestion.contracts.dictionary`` writes ``docs/dictionary`` again; a test fails when
the pages there are not what the contracts say. Belongs here: the pages of feeds and the index. Does
not: a module's page for clerks (``module_page``), wording that the template shares (``wording``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path

from civic.settings import PROJECT_ROOT, load_settings
from ingestion.contracts import wording
from ingestion.contracts.loading import load_contracts
from ingestion.contracts.markdown import table
from ingestion.contracts.model import Contract, Field
from ingestion.contracts.module_page import module_page
from ingestion.contracts.modules import module_place, module_title

DICTIONARY = PROJECT_ROOT / "docs" / "dictionary"
GENERATED = (
    "<!-- Made from the contracts by `python -m ingestion.contracts.dictionary`; "
    "changes belong there. -->"
)
_FIELD_COLUMNS = (
    "字段 Field",
    "表头 Headings",
    "类型 Type",
    "必填 Required",
    "代码 Codes",
    "保护 Protection",
    "湖仓列 Bronze column",
)


def write_dictionary(contracts: Mapping[str, Contract], folder: Path) -> None:
    """Write ``README.md``, ``<module>/README.md`` and ``<module>/<feed>.md`` below the folder.

    Pages of feeds that have no contract any more are removed.
    """
    pages = dictionary_pages(contracts)
    for stale in set(folder.glob("*/*.md")) - {folder / name for name in pages}:
        stale.unlink()
    for name, text in pages.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def dictionary_pages(contracts: Mapping[str, Contract]) -> dict[str, str]:
    """The text of every page, by its path below the dictionary's folder."""
    ordered = sorted(contracts.values(), key=lambda c: (module_place(c.module), c.module, c.feed))
    feeds = {f"{c.module}/{c.feed}.md": feed_page(c) for c in ordered}
    modules = {
        f"{module}/README.md": f"{GENERATED}\n\n{module_page(list(group))}\n"
        for module, group in groupby(ordered, key=lambda c: c.module)
    }
    return {"README.md": _index(ordered), **modules, **feeds}


def feed_page(contract: Contract) -> str:
    """One feed's page: what it is, its fields, code lists, rules and promises."""
    parts = [
        f"{GENERATED}\n\n# {contract.title_zh} {contract.title_en}",
        contract.description,
        _facts(contract),
        "## 字段 Fields",
        table(_FIELD_COLUMNS, (_field_row(f) for f in contract.fields)),
        *_described(contract),
        *_code_lists(contract),
        *_rules(contract),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _index(contracts: Sequence[Contract]) -> str:
    parts = [
        f"{GENERATED}\n\n# 数据字典 Data dictionary",
        "每个模块一页，写给报送单位的填报人；每份数据源一页，写明契约全文。都由契约生成。"
        "契约怎么写，见 [contracts.md](../contracts.md)。\n\n"
        "One page for each module, for the clerk of a unit, and one for each feed with all of its "
        "contract. Made from the contracts; how to write one: [contracts.md](../contracts.md).",
    ]
    for module, group in groupby(contracts, key=lambda c: c.module):
        rows = (
            (
                f"[{c.title_zh} {c.title_en}]({c.module}/{c.feed}.md)",
                f"`{c.feed}`",
                c.version,
                str(len(c.fields)),
                " ".join(wording.relation_of(c.relation)),
                "是 yes" if c.personal else "否 no",
            )
            for c in group
        )
        heads = (
            "数据源 Feed",
            "名称 Name",
            "版本 Version",
            "字段数 Fields",
            "与以前所报的关系 Relation",
            "涉及居民 About residents",
        )
        title = f"## [{module_title(module)}]({module}/README.md) `{module}`"
        parts += [title, table(heads, rows)]
    return "\n\n".join(parts) + "\n"


def _facts(contract: Contract) -> str:
    as_of_zh, as_of_en = wording.as_of_of(contract.as_of)
    relation_zh, relation_en = wording.relation_of(contract.relation)
    key = "，".join(f"`{f.name}`" for f in contract.key) or "无 none"
    rows = [
        ("数据源", "Feed", f"`{contract.feed}`", ""),
        ("模块", "Module", f"`{contract.module}`", ""),
        ("契约版本", "Contract version", contract.version, ""),
        ("主键", "Key", key, ""),
        ("与以前所报的关系", "Relation to earlier drops", relation_zh, relation_en),
        ("数据所指的日期", "As of", as_of_zh, as_of_en),
        (
            "整份退回的界限",
            "Refused whole",
            f"不合格行超过 {contract.reject_limit:.0%}",
            f"when more than {contract.reject_limit:.0%} of the rows are rejected",
        ),
        (
            "涉及居民",
            "About residents",
            "是，只作计数" if contract.personal else "否",
            "yes, used in counts only" if contract.personal else "no",
        ),
    ]
    rows += [
        (f"不计入（{rule.reason}）", "Left out", *wording.left_out_of(rule))
        for rule in contract.reading.leave_out
    ]
    rows += [(zh, en, value, said) for zh, value, en, said in wording.service_level_of(contract)]
    return table(
        ("", ""), ((f"{zh} {en}", "<br>".join(v for v in values if v)) for zh, en, *values in rows)
    )


def _field_row(field: Field) -> tuple[str, ...]:
    headings = dict.fromkeys(s for s in field.synonyms if s not in (field.name, field.label_zh))
    accepted = "、".join([f"**{field.label_zh}**", *headings])
    type_zh, type_en = wording.type_of(field)
    bounds = wording.bounds_of(field)
    written = [type_zh, type_en, *bounds, f"`{field.pattern}`" if field.pattern else ""]
    if field.reference:
        written.append("→ `{}.{}`".format(*field.reference))
    protection = "<br>".join(p for p in wording.protection_of(field) if p)
    return (
        f"`{field.name}`<br>{field.label_en}",
        accepted,
        "<br>".join(part for part in written if part),
        "<br>".join(wording.requirement_of(field)),
        f"[{len(field.codes)}](#{field.name})" if field.codes else "",
        protection,
        f"`{field.bronze_name}` {field.bronze_type}" if field.bronze_name else "—",
    )


def _described(contract: Contract) -> list[str]:
    said = [f"- `{f.name}`: {f.description}" for f in contract.fields if f.description]
    return ["\n".join(said)] if said else []


def _code_lists(contract: Contract) -> list[str]:
    parts = []
    for field in contract.fields:
        if field.codes:
            rows = (
                (f"`{c.value}`", c.label_zh, c.label_en, "、".join(c.aliases)) for c in field.codes
            )
            heads = ("代码 Code", "名称", "Label", "也可写作 Also written")
            title = f'### <a id="{field.name}"></a>{field.label_zh} `{field.name}`'
            parts += [title, table(heads, rows)]
    return ["## 代码 Codes", *parts] if parts else []


def _rules(contract: Contract) -> list[str]:
    if not contract.rules:
        return []
    outcome = {"reject": "退回 rejected", "warn": "提示 warned"}
    rows = (
        (f"`{r.name}`", f"{r.zh}<br>{r.en}", f"`{r.expression}`", outcome[r.severity])
        for r in contract.rules
    )
    heads = ("规则 Rule", "含义 Meaning", "条件 Condition", "不符时 Otherwise")
    return ["## 行内规则 Rules between fields", table(heads, rows)]


if __name__ == "__main__":
    write_dictionary(load_contracts(load_settings().contract_paths[:1]), DICTIONARY)
