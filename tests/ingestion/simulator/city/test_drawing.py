"""A feed needs a contract and nothing else to be sent by the city."""

import polars as pl
import pytest

from ingestion.contracts import load_contracts
from ingestion.intake import check
from ingestion.simulator.city import exports, making
from ingestion.simulator.city.exports import export_of
from ingestion.simulator.city.feeds import components, declarations
from ingestion.simulator.town import CONTRACTS
from ingestion.validation.rules import columns_of, evaluate_rule

LAMP = """
apiVersion: v3.1.0
kind: DataContract
id: civic.grid_information.lamp
name: lamp
version: 1.0.0
status: active
domain: grid_information
schema:
  - name: lamp
    businessName: 路灯故障
    physicalType: table
    properties:
      - {name: lamp_no, businessName: 路灯编号, logicalType: string, required: true,
         primaryKey: true, primaryKeyPosition: 1, examples: [LD0001]}
      - {name: grid_code, businessName: 所在网格, logicalType: string, semanticType: division_code,
         required: true, logicalTypeOptions: {pattern: '\\d{15}'}}
      - {name: out_since, businessName: 熄灭日期, logicalType: date, required: true}
      - {name: mended_on, businessName: 修复日期, logicalType: date}
      - {name: watts, businessName: 功率, logicalType: integer,
         logicalTypeOptions: {minimum: 10, maximum: 400}}
      - name: state
        businessName: 状态
        logicalType: string
        required: true
        enum:
          - {value: dark, label: 熄灭, description: Dark}
          - {value: lit, label: 已亮, description: Lit}
    quality:
      - {name: mended_later, type: sql, description: Mended after it went out.,
         query: mended_on >= out_since, severity: reject,
         customProperties: [{property: zh, value: 修复不早于熄灭。}]}
      - {name: lit_when_mended, type: sql, description: A lit lamp has been mended.,
         query: state <> 'lit' or mended_on is not null, severity: reject,
         customProperties: [{property: zh, value: 已亮须有修复日期。}]}
customProperties:
  - {property: titleEn, value: Lamps}
  - {property: relation, value: {mode: upsert}}
  - property: asOf
    value: [{source: file_name, pattern: '(?P<year>20\\d\\d)(?P<month>\\d\\d)(?P<day>\\d\\d)'}]
slaProperties:
  - {property: frequency, value: month}
"""


@pytest.fixture
def with_lamps(tmp_path):
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "lamp.odcs.yaml").write_text(LAMP, encoding="utf-8")
    return load_contracts([CONTRACTS, tmp_path / "contracts"])


def test_a_feed_without_a_declaration_is_sent_and_only_planted_rows_fail(
    with_lamps, tmp_path, monkeypatch
):
    monkeypatch.setattr(making, "load_contracts", lambda _: with_lamps)
    monkeypatch.setattr(making, "_rest", lambda _: [("feeds", ["lamp"])])
    truth = making.write_city(tmp_path / "drops", 200_000, 2, 5, processes=0)
    sent = truth.counts.filter(pl.col("feed") == "lamp")
    assert len(sent) == 2
    for row in sent.iter_rows(named=True):
        receipt = check(with_lamps, tmp_path / "drops" / row["unit"] / "lamp" / row["file"], "lamp")
        names = ("records", "accepted", "rejected", "repeated", "left_out")
        assert {n: getattr(receipt, n) for n in names} == {n: row[n] for n in names}
        assert row["rejected"] > 0


def test_a_rule_that_compares_two_dates_is_broken_by_a_defect_of_its_own(with_lamps, monkeypatch):
    monkeypatch.setattr(exports, "MOST_DEFECTS", 99)
    defects = export_of(with_lamps["lamp"], "lighting", 1)["defects"]
    (broken,) = [d for d in defects if d["code"] == "row_rule"]
    assert broken["rule"] == "mended_later"
    text = pl.DataFrame({"mended_on": [broken["write"][0]], "out_since": ["2026-03-01"]})
    typed = text.select(pl.all().str.to_date())
    assert not evaluate_rule(typed, "mended_on >= out_since").item()
    assert columns_of("mended_on >= out_since") == set(broken["given"])


def test_declarations_are_of_feeds_that_there_are_and_name_fields_that_they_have():
    contracts = load_contracts([CONTRACTS])
    for feed, declared in declarations().items():
        names = {f.name for f in contracts[feed].fields}
        assert set(declared.get("fields", {})) <= names, feed


def test_a_feed_comes_after_those_it_refers_to():
    contracts = load_contracts([CONTRACTS])
    groups = components(contracts)
    position = {feed: (i, n) for i, group in enumerate(groups) for n, feed in enumerate(group)}
    for feed, referred in (("grid_event_stage", "grid_event"), ("coast_record", "coast_post")):
        assert position[feed][0] == position[referred][0]
        assert position[feed][1] > position[referred][1]
