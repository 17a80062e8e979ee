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
    "unchanged": {"zh": "持平", "en": "unchanged"},
    "by_district": {"zh": "各区", "en": "By district"},
    "no_month": {"zh": "尚无任何月份的数字", "en": "No figures of any month yet"},
    "sheet_measure": {"zh": "指标", "en": "Measure"},
    "sheet_month_shown": {"zh": "{0}", "en": "{0}"},
    "sheet_month_before": {"zh": "上月", "en": "Month before"},
    "sheet_against_month": {"zh": "比上月", "en": "Against month before"},
    "sheet_against_year": {"zh": "比上年同月", "en": "Against year before"},
    "sheet_course": {"zh": "近 13 个月（自零起）", "en": "Last 13 months, from zero"},
    "sheet_alert": {
        "zh": "{0} · {1} · {2}：收到 {3}，预期 {4}",
        "en": "{0} · {1} · {2}: {3} came, {4} expected",
    },
    "printed_note": {
        "zh": "数字链接到同一文件夹中的 Excel 报表，其中列出每个数字的来源文件与行号；"
        "同月增减以发布时已知的数据计算。",
        "en": "Figures link to the workbook in the same folder, in which each has its files and "
        "lines; changes are between figures as they were known at this publication.",
    },
    "mail_publication": {"zh": "社会治理数据第 {0} 号发布", "en": "Publication {0} is out"},
    "mail_month": {"zh": "社会治理月报 {0}", "en": "The city in {0}"},
    "mail_alerts": {"zh": "{0} 条上升预警", "en": "Rising: {0} to look at"},
    "mail_files": {"zh": "附件：", "en": "Attached:"},
    "mail_screens": {"zh": "仪表板：{0}", "en": "Dashboards: {0}"},
    "mail_trace": {
        "zh": "每个数字都可追溯到文件与行号。本邮件自动发送，请勿回复。",
        "en": "Every figure can be followed to files and lines. Sent by a machine: do not answer.",
    },
    "sign_off": {
        "zh": "单位负责人：＿＿＿＿＿＿　　审核人：＿＿＿＿＿＿　　填表人：＿＿＿＿＿＿　　"
        "报出日期：＿＿＿＿年＿＿月＿＿日",
        "en": "Head of unit: ______________   Checked by: ______________   "
        "Prepared by: ______________   Date: ____________",
    },
    "not_signed": {"zh": "尚未审签。", "en": "Not signed."},
    "signed_by": {
        "zh": "{0}于 {1} 审签（第 {2} 号发布的数字）。",
        "en": "Signed by {0} on {1} (figures of publication {2}).",
    },
    "signature_waits": {
        "zh": "{0}于 {1} 审签，待下级 {2} 处审签后生效。",
        "en": "Signed by {0} on {1}; takes effect when {2} below have signed.",
    },
    "revised_since": {
        "zh": "{0} 个数字在审签后有修订：先列审签时的数字，后列现在的数字。",
        "en": "{0} figures were revised after they were signed: first as signed, then as now.",
    },
    "revised_to": {
        "zh": "审签后修订为 {0}。表中为审签时的数字。",
        "en": "Revised to {0} after it was signed. The table shows it as signed.",
    },
    "signed_line": {
        "zh": "审签：{0}　　审签时间：{1}　　所审签的发布：第 {2} 号",
        "en": "Signed by: {0}   On: {1}   Figures of publication: {2}",
    },
    "pages": {"zh": "第 &P 页 共 &N 页", "en": "Page &P of &N"},
    "sources_title": {"zh": "数字来源", "en": "Where the figures come from"},
    "sources_hint": {
        "zh": "每个数字最多列出 {0} 行；点击编号返回该数字。",
        "en": "At most {0} rows for each figure; an identifier leads back to its figure.",
    },
    "whole_file": {"zh": "整份文件", "en": "whole file"},
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
    "against": {"zh": "与{0}比较", "en": "against {0}"},
    "now": {"zh": "本期", "en": "Now"},
    "change": {"zh": "增减", "en": "Change"},
    "points": {"zh": "个百分点", "en": "points"},
    "rate": {"zh": "增减率", "en": "Change, %"},
    "by_month": {"zh": "{0}（按月）", "en": "{0} by month"},
    "complete": {
        "zh": "{0} 类数据的最近一期已由应报单位全部报齐。",
        "en": "Of all {0} feeds the last period was sent by every unit that owes them.",
    },
    "incomplete": {
        "zh": "{1} 类数据中有 {0} 类的最近一期未报齐；相关数字不含未报单位的部分。",
        "en": "Of {1} feeds {0} lack the last period of some unit; their figures do not cover it.",
    },
    "report_complete": {
        "zh": "所据 {0} 类定期报送数据的最近一期已由应报单位全部报齐。",
        "en": "All {0} periodic feeds that it rests on were sent for the last period by every unit "
        "that owes them.",
    },
    "report_incomplete": {
        "zh": "所据 {1} 类定期报送数据中有 {0} 类最近一期未报齐，数字不含未报部分：{2}。",
        "en": "Of the {1} periodic feeds that it rests on {0} lack units in the last period, "
        "which the figures do not cover: {2}.",
    },
    "lacking": {
        "zh": "{0}（{1} 至 {2}，{4} 个单位中 {3} 个未报",
        "en": "{0} ({1} to {2}: {3} of {4} units",
    },
    "lacks": {"zh": "{0}）", "en": "{0})"},
    "lacks_cell": {"zh": "{0}，{1}）", "en": "{0}, {1})"},
    "lacks_covered": {
        "zh": "{0}，已报的覆盖 {1} 的网格，{2}）",
        "en": "{0}; what came covers {1} of the grids, {2})",
    },
    "unfinished": {
        "zh": "所示期间尚未结束：数据截至 {0}。",
        "en": "The period shown had not ended: the data reach to {0}.",
    },
    "and_others": {"zh": "{0}等", "en": "{0} and others"},
    "odd": {
        "zh": "{0} 项检查，{1} 处需核实。异常不等于错误；全部见 civic checks run。",
        "en": "{0} checks, {1} figures to look at. Unusual is not wrong; all of them: "
        "civic checks run.",
    },
    "none_odd": {
        "zh": "{0} 项检查，无需核实的数字。",
        "en": "{0} checks found nothing to look at.",
    },
    "alerted": {
        "zh": "最近 {0} 个整周、{1} 个序列中有 {2} 条预警。预警说明来得多，不说明原因；"
        "组成见 civic explain。",
        "en": "Alerts in the last {0} whole weeks, of {1} series: {2}. An alert says that much "
        "came, not why; its parts: civic explain.",
    },
    "audited": {
        "zh": "质量审核通过：{0} 项检查，{1} 项提醒。",
        "en": "Audits passed: {0} checks, {1} warnings.",
    },
    "sha256": {"zh": "SHA-256", "en": "SHA-256"},
    "as_of": {"zh": "截至 {0}", "en": "as of {0}"},
    "services_note": {
        "zh": "服务次数。“—”为不显示的数字：涉及少于 {0} 人的，以及可据以推算出这类数字的。"
        "区县以下分社区或分服务类型，不再交叉。",
        "en": "Services given. A dash stands for a count that is not shown: one about fewer than "
        "{0} persons, or one by which such a count could be worked out. Below a district services "
        "are told apart by community or by kind, never by both.",
    },
    "residents_note": {
        "zh": "“—”为不显示的数字：少于 {0} 人的，以及可据以推算出这类数字的。居民数字只追溯到文件，"
        "不追溯到个人。",
        "en": "A dash stands for a count that is not shown: one of fewer than {0} persons, or one "
        "by which such a count could be worked out. Counts of residents lead to files, never to a "
        "person.",
    },
}

INDEX: dict[str, dict[Lang, str]] = {
    "title": {"zh": "社会治理数据发布", "en": "Publication on the city's social governance"},
    "other": {"zh": "English", "en": "中文"},
    "headlines": {"zh": "全市概览", "en": "The city in brief"},
    "measure": {"zh": "指标", "en": "Measure"},
    "print": {"zh": "打印版（PDF，一页）", "en": "to print (PDF, one page)"},
    "whole": {"zh": "全部期间", "en": "All time"},
    "trace": {"zh": "追溯（全部期间）", "en": "Trace (all time)"},
    "reports": {"zh": "报表", "en": "Reports"},
    "alerts": {"zh": "上升预警", "en": "What is rising"},
    "what": {"zh": "类别", "en": "What"},
    "week": {"zh": "周", "en": "Week"},
    "came": {"zh": "收到", "en": "Came"},
    "usual": {"zh": "预期", "en": "Expected"},
    "times": {"zh": "倍数（95% 区间）", "en": "Times (95 %)"},
    "checks": {"zh": "需核实的数字", "en": "Figures to look at"},
    "check": {"zh": "检查", "en": "Check"},
    "where": {"zh": "地区", "en": "Where"},
    "period": {"zh": "期间", "en": "Period"},
    "figure": {"zh": "数值", "en": "Figure"},
    "expected": {"zh": "参照", "en": "Expected"},
    "trace_it": {"zh": "追溯", "en": "Trace"},
    "complete": {"zh": "报送是否齐全", "en": "Is it complete?"},
    "last_period": {"zh": "最近一期", "en": "Last period"},
    "sent": {"zh": "已报单位", "en": "Units that sent it"},
    "missing": {"zh": "未报单位", "en": "Units that did not"},
    "received": {"zh": "数据来源", "en": "What it was made from"},
    "received_note": {
        "zh": "不含居民类数据；拒收记录的原因见各单位回执。",
        "en": "Without the feeds about residents; receipts say why records were rejected.",
    },
    "feed": {"zh": "数据类别", "en": "Feed"},
    "units": {"zh": "单位", "en": "Units"},
    "files": {"zh": "文件", "en": "Files"},
    "refused": {"zh": "整批退回", "en": "Refused whole"},
    "records": {"zh": "记录", "en": "Records"},
    "rejected": {"zh": "拒收记录", "en": "Rejected"},
    "latest": {"zh": "数据截至", "en": "As of"},
}


def index_words(lang: Lang) -> dict[str, str]:
    """The fixed words of a publication's first page."""
    return {key: words[lang] for key, words in INDEX.items()}


def word(key: str, lang: Lang, *values: object) -> str:
    """The words for a key, with values put in."""
    return WORDS[key][lang].format(*values)
