"""The fixed words of what goes out, Chinese and English together: clerks of both read one sheet."""

from __future__ import annotations

PROGRESS, CONTRADICTIONS = "进度 Progress", "矛盾 Contradictions"

WAITING = "未答复 waiting"
ANSWERED = "已答复 answered"
CONTRADICTORY = "已答复，有矛盾 contradictory"

PROGRESS_HEADINGS = (
    ("组织代码\nOrganisation no.", 24),
    ("名称\nName", 34),
    ("地区代码\nPlace", 18),
    ("状态\nState", 28),
    ("列入名单\nListed since", 14),
    ("应答复日\nDue on", 14),
    ("最近答复\nLast answered", 14),
    ("矛盾项\nContradictions", 14),
)
CONTRADICTION_HEADINGS = (
    ("组织代码\nOrganisation no.", 24),
    ("名称\nName", 34),
    ("栏目\nField", 26),
    ("贵单位所答\nYour answer", 22),
    ("名单所载\nThe list says", 22),
    ("其他单位所答\nOther units say", 46),
)
PROGRESS_NOTE = (
    "共 {asked} 家，已答复 {answered} 家，未答复 {waiting} 家，有矛盾 {contradictory} 家。"
    "自第 {number} 号发布起内容未变。请填写“填报”页：只填有答复的行，未填的行不退回。\n"
    "{asked} organisations: {answered} answered, {waiting} waiting, {contradictory} contradictory. "
    "Unchanged since publication {number}. Fill in the first sheet, only the rows that you can "
    "answer: rows without an answer are not turned away."
)
CONTRADICTION_NOTE = (
    "贵单位的答复与名单不符，或名单空缺而各单位所答不一。属贵单位有误的，请在“填报”页重新填写该行。\n"
    "Your answer differs from the list or, where the list is silent, from another unit's. "
    "Where yours is wrong, answer that row again on the first sheet."
)
NOTHING_CONTRADICTS = "没有矛盾。 Nothing contradicts."
EMPTY = "—"
