"""Counts of residents given out: what a unit called a place runs in no spreadsheet."""

from __future__ import annotations

from analytics.reports.metrics import Label
from analytics.residents.arrangement import Arranged, Column, Line
from civic.cli import residents


def test_a_place_named_like_a_formula_is_a_text_and_a_hidden_count_a_star(capsys, monkeypatch):
    monkeypatch.setenv("CIVIC_LANG", "en")
    columns = (
        Column("total", "total", Label("人数", "Residents"), Label("人数", "Residents")),
        Column("sex", "1", Label("性别", "Sex"), Label("男", "Male")),
    )
    named = Label("=1+1", "=1+1")
    residents._write_csv(Arranged("grid", columns, (Line("g1", named, (7, None)),)))
    assert capsys.readouterr().out.splitlines() == [
        "Code,Place,Residents,Sex: Male",
        "g1,'=1+1,7,*",
    ]
