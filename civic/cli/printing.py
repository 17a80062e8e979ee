"""``civic print``: dashboards as files to print or to hand on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from civic.cli.console import chinese, console, say, short, working
from civic.settings import load_settings


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("print")(print_dashboards)


def print_dashboards(
    dashboards: Annotated[
        list[str], typer.Argument(help="Names of dashboards: overview, events, ...")
    ],
    seen_as: Annotated[str, typer.Option("--as", help="The account whose rows are shown.")],
    place: Annotated[
        str | None, typer.Option("--place", help="By name; default: the first it may see.")
    ] = None,
    form: Annotated[
        Literal["pdf", "png"], typer.Option("--form", help="pdf on A4, or png whole.")
    ] = "pdf",
    lang: Annotated[
        Literal["zh", "en"] | None, typer.Option("--lang", help="Default: that of the terminal.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Default: reports/v_<n>/screens/.")
    ] = None,
) -> None:
    """Write dashboards as PDF on A4, or as pictures, as an account sees them."""
    from publishing.pictured import Picture
    from superset_assets.pictures import draw, drawer

    settings = load_settings()
    said = lang or ("zh" if chinese() else "en")
    wanted = [Picture(name, said, seen_as, form, place) for name in dashboards]
    with working(say("正在绘制看板……", "Drawing the dashboards ...")):
        made = draw(settings, wanted, out) if out else drawer(settings)(wanted)
    for path in made.values():
        console.print(f"{short(path)}  {path.stat().st_size / 1024:,.0f} KiB", highlight=False)
