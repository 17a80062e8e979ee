"""The fixed words of a filed report, in Chinese and English."""

from __future__ import annotations

from publishing.pages import Lang

SOURCES = "来源 Sources"
EMPTY = "—"

WORDS: dict[str, dict[Lang, str]] = {
    "place": {"zh": "地区：{0}", "en": "Place: {0}"},
    "period": {"zh": "统计期间：{0}", "en": "Period: {0}"},
    "imprint": {
        "zh": "发布第 {0} 号　摘要 {1}　{2}",
        "en": "Publication {0} · digest {1} · {2}",
    },
    "notes": {"zh": "说明：{0}", "en": "Notes: {0}"},
    "traceable": {
        "zh": "点击任一数字可查看其来源文件与行号。",
        "en": "Every figure links to the files and lines that it comes from.",
    },
    "sign_off": {
        "zh": "单位负责人：＿＿＿＿＿＿　　审核人：＿＿＿＿＿＿　　填表人：＿＿＿＿＿＿　　"
        "报出日期：＿＿＿＿年＿＿月＿＿日",
        "en": "Head of unit: ______________   Checked by: ______________   "
        "Prepared by: ______________   Date: ____________",
    },
    "pages": {"zh": "第 &P 页 共 &N 页", "en": "Page &P of &N"},
    "sources_title": {"zh": "数字来源", "en": "Where the figures come from"},
    "sources_hint": {
        "zh": "每个数字最多列出 {0} 行；点击编号返回该数字。",
        "en": "At most {0} rows for each figure; an identifier leads back to its figure.",
    },
    "more": {"zh": "另有 {0} 行：civic trace {1}", "en": "and {0} more: civic trace {1}"},
    "cell": {"zh": "数字编号", "en": "Figure"},
    "meaning": {"zh": "指标", "en": "Measure"},
    "value": {"zh": "数值", "en": "Value"},
    "unit": {"zh": "报送单位", "en": "Unit"},
    "feed": {"zh": "数据类别", "en": "Feed"},
    "file_name": {"zh": "文件", "en": "File"},
    "sheet": {"zh": "工作表", "en": "Sheet"},
    "line": {"zh": "行", "en": "Line"},
    "contribution": {"zh": "计入", "en": "Counts as"},
    "sha256": {"zh": "SHA-256", "en": "SHA-256"},
}


def word(key: str, lang: Lang, *values: object) -> str:
    """The words for a key, with values put in."""
    return WORDS[key][lang].format(*values)
