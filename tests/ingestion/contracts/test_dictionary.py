"""The dictionary says what the contracts say; the guide's own example is a contract."""

import re
from dataclasses import replace

import pytest

from civic.settings import PROJECT_ROOT
from ingestion.contracts import load_contract, load_contracts
from ingestion.contracts.dictionary import (
    DICTIONARY,
    dictionary_pages,
    feed_page,
    write_dictionary,
)
from ingestion.contracts.module_page import module_page
from ingestion.contracts.modules import module_place, module_title

CONTRACTS = load_contracts([PROJECT_ROOT / "ingestion" / "contracts"])
every_contract = pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)


def test_the_committed_pages_are_what_the_contracts_say():
    committed = {
        p.relative_to(DICTIONARY).as_posix(): p.read_text("utf-8") for p in DICTIONARY.rglob("*.md")
    }
    assert committed == dictionary_pages(CONTRACTS), (
        "The contracts have changed: run `python -m ingestion.contracts.dictionary`."
    )


@every_contract
def test_a_page_names_every_heading_code_and_rule(contract):
    page = feed_page(contract)
    for field in contract.fields:
        assert all(spelling in page for spelling in field.synonyms)
        assert all(spelling in page for code in field.codes for spelling in code.spellings)
    for rule in contract.rules:
        assert rule.zh in page
        assert rule.en in page


@every_contract
def test_a_column_that_never_reaches_bronze_is_shown_as_none(contract):
    rows = [line for line in feed_page(contract).splitlines() if line.startswith("| `")]
    for field in contract.fields:
        row = next(r for r in rows if r.startswith(f"| `{field.name}`<br>"))
        shown = f"`{field.bronze_name}`" if field.bronze_name else "| — |"
        assert shown in row


@every_contract
def test_a_module_s_page_tells_the_clerk_what_to_send_when_and_how(contract):
    page = module_page([contract])
    level = contract.service_level
    assert f"]({contract.feed}.md)" in page and "civic drop template" in page
    assert level.due_days is None or f"期末后 {level.due_days} 天内" in page
    for field in contract.fields:
        if field.protection == "refused":
            assert field.label_zh in page.split("不得报送 Must not be sent:**")[1].splitlines()[0]
        else:
            assert f"| **{field.label_zh}**<br>{field.label_en} |" in page
    for rule in contract.rules:
        assert f"{rule.zh}<br>{rule.en}" in page


def test_a_module_s_page_says_what_goes_wrong_easily_and_what_becomes_of_it():
    page = module_page([CONTRACTS["new_organisation"]])
    (row,) = [line for line in page.splitlines() if "Check digit of the credit code" in line]
    assert "| 统一社会信用代码 |" in row and "退回该行" in row
    (row,) = [line for line in page.splitlines() if "Not in the code list" in line]
    assert "| 组织类型、组织形式、行业门类、经营状态 |" in row
    page = module_page([CONTRACTS["union_feedback"]])
    (row,) = [line for line in page.splitlines() if "not registered yet" in line]
    assert "`new_organisation.credit_code`" in row and "提示" in row


def test_every_module_has_a_page_with_its_feeds():
    pages = dictionary_pages(CONTRACTS)
    for contract in CONTRACTS.values():
        page = pages[f"{contract.module}/README.md"]
        assert f"[{contract.feed}]({contract.feed}.md)" in page
        assert f"]({contract.module}/README.md)" in pages["README.md"]


def test_the_modules_stand_in_their_order_and_a_stranger_comes_last():
    assert module_title("youth") == "重点青少年 Youth"
    assert module_title("lamps") == "lamps"
    ordered = sorted(["lamps", "safety_survey", "residents"], key=module_place)
    assert ordered == ["residents", "safety_survey", "lamps"]


def test_a_bar_in_a_pattern_does_not_break_the_table():
    page = feed_page(CONTRACTS["division"])
    row = next(line for line in page.splitlines() if line.startswith("| `community_code`"))
    assert len(re.findall(r"(?<!\\)\|", row)) == 8


def test_the_page_of_a_feed_that_is_gone_goes_too(tmp_path):
    lamp = replace(CONTRACTS["unit"], feed="lamp")
    write_dictionary({**CONTRACTS, "lamp": lamp}, tmp_path)
    assert (tmp_path / lamp.module / "lamp.md").exists()
    write_dictionary(CONTRACTS, tmp_path)
    assert not (tmp_path / lamp.module / "lamp.md").exists()


def test_the_smallest_contract_of_the_guide_is_one(tmp_path):
    guide = (PROJECT_ROOT / "docs" / "contracts.md").read_text("utf-8")
    smallest = re.search(r"## The smallest contract\n\n```yaml\n(.*?)```", guide, re.DOTALL)
    path = tmp_path / "lamp.odcs.yaml"
    path.write_text(smallest.group(1), "utf-8")
    contract = load_contract(path)
    assert contract.feed == "lamp"
    assert [f.name for f in contract.key] == ["lamp_no"]


def test_the_guide_explains_every_property_that_is_read():
    guide = (PROJECT_ROOT / "docs" / "contracts.md").read_text("utf-8")
    for name in ("titleEn", "reading", "relation", "asOf", "rejectLimit", "personal", "centre"):
        assert f"### `{name}`" in guide
