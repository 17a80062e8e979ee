"""Schemes: those that ship are sound, faults are named, and nothing about a person enters."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest
import yaml

from analytics.assessment.schemes import CIRCUMSTANCES, FOLDER, load_schemes, scheme_of
from analytics.reports.declarations import load_declarations
from civic.errors import CivicError

PERSONAL = ("sex", "birth", "age", "education", "nation", "religion", "politic", "marital", "name")


def test_the_schemes_of_the_project_are_about_published_measures() -> None:
    reports = load_declarations().values()
    for scheme in load_schemes().values():
        assert scheme.title.zh and scheme.title.en
        for indicator in scheme.indicators:
            slices = [s for r in reports for s in r.slices_of(indicator.metric)]
            monthly = [s for s in slices if "month" in s.grains]
            if indicator.by:
                assert any(s.by == (indicator.by,) for s in monthly), indicator.name
            else:
                assert any(scheme.level in s.levels and not s.by for s in monthly), indicator.name


def test_nothing_about_a_person_may_enter_a_score() -> None:
    assert not [c for c in CIRCUMSTANCES if any(word in c for word in PERSONAL)]


def changed(tmp_path: Path, **others: object) -> Path:
    stated = yaml.safe_load((FOLDER / "grid_worker.yml").read_text(encoding="utf-8"))
    stated.update(others)
    path = tmp_path / "scheme.yml"
    path.write_text(yaml.safe_dump(stated, allow_unicode=True), encoding="utf-8")
    return path


def indicator(**others: object) -> dict[str, object]:
    plain = {"name": "a", "title": {"zh": "甲", "en": "A"}, "part": "results", "metric": "m",
             "weight": 1.0, "at_least": 1, "floor": -1.0, "cap": 1.0}  # fmt: skip
    return {**plain, **others}


@pytest.mark.parametrize(
    ("others", "fault"),
    [
        ({"weights": "guess"}, "no weights guess"),
        ({"subjects": {"kind": "resident"}}, "no kind resident"),
        ({"aggregation": "best"}, "no best"),
        ({"grain": "day"}, "no such grain"),
        ({"more": 1}, "needs more"),
        ({"indicators": []}, "names of their own"),
        ({"indicators": [indicator(weight=0.5)]}, "add up to 0.5"),
        ({"indicators": [indicator(part="luck")]}, "no part luck"),
        ({"indicators": [indicator(cap=-0.1)]}, "a cap above"),
        ({"indicators": [indicator(mix=["sex"])]}, "sex may not enter a score"),
        ({"indicators": [indicator(mix=["birth_date"])]}, "birth_date may not enter"),
        ({"indicators": [indicator(by="person_pseudonym")]}, "no subjects by person_pseudonym"),
        ({"indicators": [indicator(colour="red")]}, "there is no colour"),
        ({"indicators": [{"name": "a"}]}, "is missing"),
        ({"indicators": ["a"]}, "is a mapping"),
        ({"title": "Grid"}, "a title is zh and en"),
    ],
)
def test_a_fault_is_named_with_its_file(
    tmp_path: Path, others: dict[str, object], fault: str
) -> None:
    with pytest.raises(CivicError, match=fault) as raised:
        load_schemes([changed(tmp_path, **others)])
    assert "scheme.yml" in str(raised.value)


def test_a_scheme_comes_back_from_a_publication_as_it_was() -> None:
    for scheme in load_schemes().values():
        assert scheme_of(json.dumps(asdict(scheme))) == scheme
