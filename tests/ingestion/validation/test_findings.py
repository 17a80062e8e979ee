"""The catalogue of finding codes: complete, in both languages, and stable."""

import re
from pathlib import Path

import pytest
import yaml

from ingestion.reading.wording import REFUSALS
from ingestion.validation import findings, identifiers

ROW_CODES = (
    *("required_missing", "type_integer", "type_number", "type_date", "type_timestamp"),
    *("type_boolean", "code_unknown", "out_of_range", "pattern", "too_long", "duplicate_key"),
    *("reference_unknown", "row_rule", "surplus_fields", "refused_attribute"),
)
DROP_CODES = (
    *("headings_doubled", "headings_missing", "over_reject_limit", "no_contract_fits"),
    *("several_contracts_fit", "contract_unknown", "no_records", "original_altered", "not_a_file"),
)
OUTCOMES = (
    *("repeated_in_drop", "left_out_blank", "left_out_title", "left_out_subtotal"),
    "left_out_by_rule",
)


def test_every_code_promised_to_receipts_is_in_the_catalogue() -> None:
    assert set(ROW_CODES + DROP_CODES + OUTCOMES) <= set(findings.finding_codes())


def test_a_refusal_that_two_rooms_know_is_no_other_in_each() -> None:
    """What cannot be read is worded where it is read; the catalogue has what validation refuses."""
    assert set(REFUSALS) & set(findings.finding_codes()) == {"not_a_file"}
    assert all(re.search(r"[\u4e00-\u9fff]", zh) and en for zh, en in REFUSALS.values())


def test_every_fault_that_an_identifier_can_have_is_in_the_catalogue() -> None:
    source = Path(identifiers.__file__).read_text(encoding="utf-8")
    faults = set(re.findall(r'pl\.lit\("([a-z_]+_[a-z_]+)"\)', source))
    assert len(faults) == 13
    assert faults <= set(findings.finding_codes())


def test_severities_follow_what_a_finding_is_about() -> None:
    severity = {code: entry.severity for code, entry in findings.finding_codes().items()}
    assert {severity[code] for code in DROP_CODES} == {"refuse"}
    assert {severity[code] for code in OUTCOMES} == {"note"}
    assert severity["reference_unknown"] == "warn"
    assert {severity[code] for code in ROW_CODES if code != "reference_unknown"} == {"reject"}


def test_no_code_is_written_down_twice() -> None:
    text = (findings.files(findings.__package__) / "finding_codes.yml").read_text("utf-8")
    written = re.findall(r"^  ([a-z_]+):$", text, flags=re.MULTILINE)
    assert len(written) == len(set(written))
    assert set(written) == set(yaml.safe_load(text)["codes"])


@pytest.mark.parametrize("code", findings.finding_codes())
def test_every_finding_reads_in_both_languages_even_without_details(code: str) -> None:
    zh, en = findings.describe(code)
    assert re.search(r"[\u4e00-\u9fff]", zh)
    assert not re.search(r"[\u4e00-\u9fff]", en.replace("是", "").replace("否", ""))
    assert "{" not in zh + en


def test_a_clerk_reads_which_line_has_the_same_key() -> None:
    zh, en = findings.describe("duplicate_key", other_line=7, column="编号")
    assert zh == "与第 7 行主键相同而内容不同；应为：同一编号只报一行"
    assert en == "Same key as line 7, other content; expected: one row for one 编号"


def test_a_value_may_differ_between_the_languages() -> None:
    zh, en = findings.expected("row_rule", expected_zh="先受理后办结", expected_en="closed later")
    assert (zh, en) == ("先受理后办结", "closed later")


def test_braces_in_a_value_are_only_text() -> None:
    assert findings.expected("pattern", expected="[0-9]{6}") == (
        "形如 [0-9]{6}",
        "a form like [0-9]{6}",
    )


def test_an_outcome_without_expectation_says_only_what_happened() -> None:
    assert findings.describe("left_out_blank") == ("空行，未计入", "Blank row, left out")


def test_an_unknown_code_is_answered_with_the_codes_like_it() -> None:
    with pytest.raises(KeyError, match="type_integer"):
        findings.finding_code("type_date_time")
