"""Every sentence with which reading refuses a drop or states something about it.

Belongs here: stable codes and their Chinese and English wording, as data. Does not belong
here: the decision when one applies.
"""

from __future__ import annotations

from ingestion.reading.model import Note, UnreadableDropError

REFUSALS: dict[str, tuple[str, str]] = {
    "symlink": (
        "这是一个符号链接，不是文件。请投放文件本身。",
        "This is a symbolic link, not a file. Drop the file itself.",
    ),
    "not_a_file": (
        "这不是普通文件（可能是文件夹或设备）。请投放文件本身。",
        "This is not a regular file (a folder or a device?). Drop the file itself.",
    ),
    "empty": (
        "{name}是空的，没有任何内容。请重新导出。",
        "{name} is empty. Export it again.",
    ),
    "format_unsupported": (
        "{name}是{kind}，不能读取。请另存为 XLSX 或 CSV。",
        "{name} is {kind}, which cannot be read. Save it as XLSX or CSV.",
    ),
    "formats_mixed": (
        "压缩包里混有不同格式的文件：{found}。请分别投放。",
        "The archive mixes formats: {found}. Drop them separately.",
    ),
    "encrypted": (
        "{name}有密码保护。请去掉密码后重新投放。",
        "{name} is protected by a password. Remove it and drop the file again.",
    ),
    "nested_archive": (
        "{name}是压缩包里的压缩包。请只压缩一层。",
        "{name} is an archive inside an archive. Pack once only.",
    ),
    "archive_broken": (
        "文件{name}已损坏或不完整。请重新保存（压缩包请重新打包）后投放。",
        "{name} is damaged or breaks off. Save it (an archive: pack it) again and drop it.",
    ),
    "archive_truncated": (
        "压缩文件{name}不完整。请等文件传完后重新投放。",
        "The packed file {name} breaks off. Drop it again once it is whole.",
    ),
    "archive_unsupported": (
        "{name}使用了不支持的压缩方法。请用普通 ZIP 或 GZIP 打包。",
        "{name} uses a compression method that is not supported. Use plain ZIP or GZIP.",
    ),
    "archive_name": (
        "压缩包里的文件名不安全：{name}。请改名后重新打包。",
        "The archive holds an unsafe name: {name}. Rename it and pack again.",
    ),
    "archive_bomb": (
        "{name}解压后大得不合常理（超过{limit}）。未读取。",
        "{name} unpacks to an unreasonable size (over {limit}). It was not read.",
    ),
    "too_many_members": (
        "压缩包里有{count}个文件，最多{limit}个。请分开投放。",
        "The archive holds {count} files, at most {limit} are read. Split it.",
    ),
    "too_large": (
        "{name}有{size}字节，这种格式最多{limit}字节。请改用 CSV、JSON Lines 或分成几份。",
        "{name} has {size} bytes; this format is read up to {limit}. "
        "Use CSV or JSON Lines, or split it.",
    ),
    "truncated": (
        "文件不完整，在第{line}行的一个字中间中断。请等文件传完后重新投放。",
        "The file is incomplete: it breaks off inside a character of line {line}. "
        "Drop it again once it is whole.",
    ),
    "encoding_ambiguous": (
        "无法确定编码：第{line}行按 UTF-8 读作“{utf8}”，按 GB18030 读作“{gb18030}”。"
        "请另存为带 BOM 的 UTF-8，或在契约中写明编码。",
        "The encoding is open: line {line} reads {utf8!r} as UTF-8 and {gb18030!r} as GB18030. "
        "Save it as UTF-8 with BOM, or let the contract state the encoding.",
    ),
    "encoding_unknown": (
        "无法识别编码：第{line}行（第{offset}字节）不是 UTF-8 文字，也不是 GB18030 文字。"
        "请另存为 UTF-8。",
        "The encoding is unknown: line {line} (byte {offset}) is text neither in UTF-8 nor in "
        "GB18030. Save it as UTF-8.",
    ),
    "encoding_broken": (
        "第{line}行不是 {encoding} 编码，而前面的内容是。文件可能由不同编码拼成。请统一编码。",
        "In line {line} are bytes that are not {encoding}, unlike what comes before. "
        "Files of different encodings may have been joined. Use one encoding.",
    ),
    "nul_bytes": (
        "第{line}行含有空字节（NUL），文件可能已损坏。请重新导出。",
        "There is a NUL byte in line {line}; the file may be damaged. Export it again.",
    ),
    "headings_not_found": (
        "{name}的前{searched}行里找不到表头。请对照模板检查表头和工作表。",
        "No heading row was found in the first {searched} rows of {name}. "
        "Compare headings and sheet with the template.",
    ),
    "sheet_not_found": (
        "找不到名为“{wanted}”的工作表，现有：{found}。",
        "There is no sheet {wanted!r}; there are: {found}.",
    ),
    "too_many_columns": (
        "{name}第{line}行有超过{limit}列。请检查分隔符和导出设置。",
        "{name} has more than {limit} columns in line {line}. Check the delimiter and the export.",
    ),
    "too_many_cells": (
        "工作表{name}的使用范围过大（{rows}行 × {columns}列）。请删除表外的多余单元格。",
        "The used range of sheet {name} is too large ({rows} rows by {columns} columns). "
        "Delete stray cells outside the table.",
    ),
    "too_many_records": (
        "{name}有{count}条记录，最多{limit}条。",
        "{name} holds {count} records, at most {limit} are read.",
    ),
    "cell_too_long": (
        "第{line}行的一个单元格超过{limit}字节。可能缺少一个引号。",
        "A cell in line {line} is longer than {limit} bytes. A quotation mark may be missing.",
    ),
    "record_too_long": (
        "从第{line}行开始的一条记录超过{limit}字节。请检查换行。",
        "The record that starts in line {line} is longer than {limit} bytes. Check line breaks.",
    ),
    "unclosed_quote": (
        "第{line}行有一个引号没有正确结束：引号后面应是分隔符或换行。请检查该行的引号。",
        "A quotation mark in line {line} is not closed properly: after the closing mark a "
        "delimiter or a line end must follow. Check the marks in that line.",
    ),
    "json_broken": (
        "第{line}行不是正确的 JSON（{detail}）。请重新导出。",
        "Line {line} is not valid JSON ({detail}). Export it again.",
    ),
    "json_too_deep": (
        "JSON 嵌套过深，不能读取。",
        "The JSON is nested too deeply to be read.",
    ),
    "json_repeated_key": (
        "第{line}行的对象里“{key}”出现了两次。",
        "The object in line {line} names {key!r} twice.",
    ),
    "json_shape": (
        "第{line}行：在“{path}”处应为{wanted_zh}。",
        "Line {line}: {wanted} was expected at {path!r}.",
    ),
    "unreadable": (
        "{name}不能正确读取（{detail}）。请重新导出。",
        "{name} cannot be read properly ({detail}). Export it again.",
    ),
}

NOTES: dict[str, tuple[str, str]] = {
    "encoding_bom": ("编码 {encoding}：由文件开头的标记得知。", "Encoding {encoding}: its mark."),
    "encoding_ascii": (
        "全部为 ASCII 字符，按 UTF-8 读取。",
        "Plain ASCII throughout, read as UTF-8.",
    ),
    "encoding_detected": (
        "编码 {encoding}：由内容判定，{evidence}个非 ASCII 字符全部符合。",
        "Encoding {encoding}: found from {evidence} non-ASCII characters, all of which fit.",
    ),
    "encoding_more_likely": (
        "编码 {encoding}：字节也能按 {other} 解读，但那样读出的不是通顺文字（“{reading}”）。",
        "Encoding {encoding}: the bytes would also fit {other}, but not as text ({reading!r}).",
    ),
    "encoding_stated": (
        "编码 {encoding}：由契约或报送方写明。",
        "Encoding {encoding}: as the contract or the sender states.",
    ),
    "encoding_not_as_stated": (
        "契约写明编码 {stated}，实际是 {encoding}，按实际读取。",
        "The contract states {stated}, the bytes are {encoding} and were read so.",
    ),
    "format_by_content": (
        "{name}的扩展名与内容不符：实际是 {format}，按内容读取。",
        "{name} is not what its extension says: it is {format} and was read so.",
    ),
    "line_ends_cr": (
        "换行符是单个 CR（旧式 Mac），按换行读取。",
        "Lines end in a lone CR (old Mac) and were read so.",
    ),
    "members_left_out": (
        "压缩包里的系统文件未读取：{names}。",
        "Files of the packing system were left out: {names}.",
    ),
    "member_encoding": ("{name}的编码是 {encoding}。", "{name} is in {encoding}."),
    "sheets_left_out": (
        "未找到表头、未读取的工作表：{names}。",
        "Sheets without the headings were left out: {names}.",
    ),
    "sheets_hidden": (
        "隐藏的工作表未读取：{names}。",
        "Hidden sheets were left out: {names}.",
    ),
    "formulas_by_value": (
        "工作表{names}含有公式，读取的是保存的结果，没有重新计算。",
        "Sheets {names} hold formulas; their saved results were read, nothing was computed.",
    ),
    "merged_cells": (
        "工作表{names}有合并单元格，只有左上角一格有值。",
        "Sheets {names} have merged cells; only the top-left one has the value.",
    ),
    "macros_ignored": ("文件含有宏，未执行。", "The file holds macros; none was run."),
    "json_around_list": (
        "列表“{path}”以外的内容未读取：{names}。",
        "Outside the list {path!r} these were left out: {names}.",
    ),
}


def refusal(code: str, **values: object) -> UnreadableDropError:
    """The error that refuses a drop whole, worded for the clerk in both languages."""
    zh, en = REFUSALS[code]
    return UnreadableDropError(code, zh.format(**values), en.format(**values))


def note(code: str, **values: object) -> Note:
    """A statement for the receipt, worded in both languages."""
    zh, en = NOTES[code]
    return Note(code, zh.format(**values), en.format(**values))
