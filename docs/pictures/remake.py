"""Makes the pictures of the README again from a demo's output: `python docs/pictures/remake.py`.

Needs what `make demo` left in var/demo (or in CIVIC_HOME), and LibreOffice and poppler's pdftoppm
for the workbooks.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from datetime import timedelta
from html import unescape
from pathlib import Path

from rich.cells import cell_len

HERE = Path(__file__).parent
HOME = Path(os.environ.get("CIVIC_HOME", "var/demo")).absolute()
#: The upper part of an A4 page in landscape, in pixels at RESOLUTION.
RESOLUTION, CROP = 110, ("-x", "40", "-y", "50", "-W", "1200", "-H", "400")
#: Of a character in Rich's SVG, in its units.
WIDTH = 12.2
MEASURED = re.compile(r'(<text [^>]*?)textLength="[\d.]+"([^>]*>)([^<]*)')
LEADING_BLANKS = re.compile(
    r'(<text [^>]*?)x="([\d.]+)"([^>]*?)textLength="([\d.]+)"([^>]*>)((?:&#160;)+)(?=[^&<])'
)


def main() -> None:
    """Draw each picture in each language; each of the terminal in a process of its own."""
    if len(sys.argv) > 1:
        {"terminal": draw_terminal, "card": draw_card}[sys.argv[1]](sys.argv[2])
        return
    for language in ("en", "zh"):
        settings = {"CIVIC_HOME": str(HOME), "CIVIC_LANG": language, "COLUMNS": "80"}
        for name in ("terminal", "card"):
            again = [sys.executable, __file__, name, language]
            subprocess.run(again, check=True, env=os.environ | settings, stdout=subprocess.DEVNULL)
        draw_workbook(HOME / "reports" / "v_1" / f"handling.{language}.xlsx", "workbook", language)
        draw_page(HOME / "reports" / "v_1" / f"city_summary.{language}.pdf", "summary", language)
        with tempfile.TemporaryDirectory() as folder:
            workbook = Path(folder) / "change.xlsx"
            asked = ["--period", month_to_show(), "--compare", "previous", "--format", "xlsx"]
            show = [sys.executable, "-m", "civic", "report", "show", "unit_handling", *asked]
            command = [*show, "--out", str(workbook)]
            subprocess.run(
                command, check=True, env=os.environ | settings, stdout=subprocess.DEVNULL
            )
            draw_workbook(workbook, "change", language)


def month_to_show() -> str:
    """The last month of which every unit's drops are due, and a whole one before it."""
    from civic.settings import load_settings
    from publishing.completeness import data_until
    from publishing.publications import open_publication

    os.environ["CIVIC_HOME"] = str(HOME)
    with open_publication(load_settings()) as opened:
        until = data_until(opened.table("drops"))
    assert until is not None
    return f"{until.replace(day=1) - timedelta(days=1):%Y-%m}"


def draw_terminal(language: str) -> None:
    """A report and the way back from its on-time rate, as the terminal shows them."""
    from civic.cli.console import console
    from civic.cli.reports import show_report
    from civic.cli.traces import trace_cell
    from civic.settings import load_settings
    from publishing.publications import open_publication

    with open_publication(load_settings()) as opened:
        cell = opened.cells.filter(
            report="handling", metric="on_time_rate", level="all", grain="all", slices=""
        ).item(0, "cell_id")
    console.record = True
    console.print("[green]$[/] civic report show handling")
    show_report("handling")
    console.print(f"\n[green]$[/] civic trace {cell} --rows 3")
    trace_cell(cell, rows=3)
    keep_svg("terminal", language)


def draw_card(language: str) -> None:
    """Alerts of twelve weeks, and the card of the grid worker who did best, by the last scores."""
    from civic.cli.assessment import card
    from civic.cli.console import console
    from civic.cli.trends import show_alerts
    from civic.settings import load_settings
    from publishing.publications import open_publication

    with open_publication(load_settings()) as opened:
        scores = opened.table("scores").filter(scheme="grid_worker")
        last = scores.filter(period=scores["period"].max()).sort("score_low", descending=True)
        subject = last.drop_nulls("score").item(0, "subject")
    console.record = True
    console.print("[green]$[/] civic alerts --weeks 12")
    show_alerts(weeks=12)
    console.print(f"\n[green]$[/] civic assess card {subject}")
    card(subject)
    keep_svg("card", language)


def keep_svg(name: str, language: str) -> None:
    """What the terminal recorded, as a picture."""
    from civic.cli.console import console

    drawn = console.export_svg(title="Civic Lakehouse", unique_id=f"{name}-{language}")
    # Fonts of the reader's own machine: the picture fetches nothing.
    drawn = re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL)
    drawn = re.sub(MEASURED, with_wide_characters, drawn)
    drawn = re.sub(LEADING_BLANKS, begin_at_the_word, drawn)
    (HERE / f"{name}.{language}.svg").write_text(drawn, "utf-8")


def with_wide_characters(text: re.Match[str]) -> str:
    """A text of the length that its characters take: Rich counts a Chinese one as half of it."""
    before, after, content = text.groups()
    return f'{before}textLength="{WIDTH * cell_len(unescape(content)):g}"{after}{content}'


def begin_at_the_word(text: re.Match[str]) -> str:
    """A text without blanks in front, which some programs leave away; its place moved instead."""
    before, x, between, length, after, blanks = text.groups()
    moved = WIDTH * blanks.count("&#160;")
    place, rest = float(x) + moved, float(length) - moved
    return f'{before}x="{place:g}"{between}textLength="{rest:g}"{after}'


def draw_workbook(workbook: Path, name: str, language: str) -> None:
    """The first sheet of a workbook as it prints."""
    with tempfile.TemporaryDirectory() as folder:
        office = ["soffice", "--headless", "--convert-to", "pdf", "--outdir", folder]
        subprocess.run([*office, str(workbook)], check=True, stdout=subprocess.DEVNULL)
        page = ["pdftoppm", "-png", "-singlefile", "-r", str(RESOLUTION), *CROP]
        picture = HERE / f"{name}.{language}"
        subprocess.run([*page, f"{folder}/{workbook.stem}.pdf", str(picture)], check=True)


def draw_page(printed: Path, name: str, language: str) -> None:
    """The only page of a PDF."""
    page = ["pdftoppm", "-png", "-singlefile", "-r", "90", str(printed)]
    subprocess.run([*page, str(HERE / f"{name}.{language}")], check=True)


if __name__ == "__main__":
    main()
