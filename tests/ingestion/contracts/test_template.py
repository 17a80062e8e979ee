"""The template fits its own contract, and nothing but its first sheet is read as a drop."""

import hashlib
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from civic.settings import PROJECT_ROOT
from ingestion.contracts import load_contracts, match_headings, score_headings
from ingestion.contracts.template import write_template

CONTRACTS = load_contracts([PROJECT_ROOT / "ingestion" / "contracts"])
every_contract = pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)


def made(contract, tmp_path: Path) -> openpyxl.Workbook:
    path = tmp_path / "template.xlsx"
    write_template(contract, path)
    return openpyxl.load_workbook(path)


def validations(sheet) -> dict:
    """Data validations by the letter of their column."""
    return {str(v.sqref).split("2:")[0]: v for v in sheet.data_validations.dataValidation}


@every_contract
def test_its_headings_are_those_that_the_contract_accepts(contract, tmp_path):
    headings = [cell.value for cell in made(contract, tmp_path).worksheets[0][1]]
    match = match_headings(contract, headings)
    assert match.fits
    assert not match.unknown
    assert set(match.columns) == {f.name for f in contract.fields if f.protection != "refused"}


@every_contract
def test_no_row_of_its_other_sheets_passes_for_headings(contract, tmp_path):
    for sheet in made(contract, tmp_path).worksheets[1:]:
        for row in sheet.iter_rows(values_only=True):
            assert score_headings(contract, [None if c is None else str(c) for c in row]) == 0


@every_contract
def test_the_clerk_is_told_what_every_column_expects_in_both_languages(contract, tmp_path):
    sheet = made(contract, tmp_path).worksheets[0]
    helps = validations(sheet)
    for heading in sheet[1]:
        field = contract.fields[_index(contract, heading.value)]
        said = helps[heading.column_letter]
        assert field.label_zh in said.promptTitle
        assert 0 < len(said.prompt) <= 255
        assert ("必填" in said.prompt) == field.required == ("Required" in said.prompt)
        assert heading.value.endswith("*") == field.required


def _index(contract, heading: str) -> int:
    (name,) = match_headings(contract, [heading]).columns
    return [f.name for f in contract.fields].index(name)


@every_contract
def test_code_lists_offer_the_labels_of_the_contract(contract, tmp_path):
    book = made(contract, tmp_path)
    sheet, helps = book.worksheets[0], validations(book.worksheets[0])
    for heading in sheet[1]:
        field = contract.fields[_index(contract, heading.value)]
        if field.codes:
            name, cells = helps[heading.column_letter].formula1.lstrip("=").split("!")
            offered = [c.value for (c,) in book[name.strip("'")][cells.replace("$", "")]]
            assert offered == [code.label_zh for code in field.codes]


def test_identifiers_are_text_so_that_no_digit_is_lost(tmp_path):
    sheet = made(CONTRACTS["resident"], tmp_path).worksheets[0]
    formats = {c.value: sheet.column_dimensions[c.column_letter] for c in sheet[1]}
    assert formats["公民身份号码"].number_format == "@"
    assert formats["网格代码*"].number_format == "@"
    assert formats["出生日期*"].number_format == "yyyy-mm-dd"


def test_attributes_that_are_never_taken_in_have_no_column(tmp_path):
    book = made(CONTRACTS["resident"], tmp_path)
    assert "民族" not in {str(c.value).rstrip("*") for c in book.worksheets[0][1]}
    said = [str(c.value) for row in book.worksheets[1] for c in row if c.value]
    assert any("不得报送" in text and "民族" in text for text in said)


def test_the_lists_are_hidden_and_the_headings_stay_in_sight(tmp_path):
    book = made(CONTRACTS["resident"], tmp_path)
    assert [s.sheet_state for s in book.worksheets] == ["visible", "visible", "hidden"]
    assert book.worksheets[0].freeze_panes == "C2"
    assert book.worksheets[0].print_title_rows == "$1:$1"


def test_it_is_laid_out_as_the_contract_wants_to_read_it(tmp_path):
    unit = CONTRACTS["unit"]
    contract = replace(unit, reading=replace(unit.reading, sheet="机构表", heading_row=3))
    sheet = made(contract, tmp_path).worksheets[0]
    assert sheet.title == "机构表"
    assert match_headings(contract, [c.value for c in sheet[3]]).fits


def test_the_same_contract_gives_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        write_template(CONTRACTS["dwelling"], tmp_path / name)
    a, b = (hashlib.sha256((tmp_path / n).read_bytes()).hexdigest() for n in ("a", "b"))
    assert a == b
