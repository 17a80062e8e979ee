"""``civic maintain``: small files merged, old snapshots and files nobody names gone."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from civic.cli.console import AsJson, console, print_json, say, table, working

MIB = 1 << 20


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(maintain)


def maintain(
    keep_days: Annotated[
        int, typer.Option(min=0, help="How many days the lake's own snapshots are kept.")
    ] = 7,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would go; change nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Keep the lake small; no publication that is kept loses a file."""
    from civic.settings import load_settings
    from publishing.maintenance import maintain as maintain_lake

    with working(say("正在整理数据湖……", "Tidying the lake ...")):
        done = maintain_lake(load_settings(), keep_days, dry_run)
    if as_json:
        print_json(asdict(done))
        return
    columns = {"what": "", "before": say("之前", "Before"), "after": say("之后", "After")}
    rows = [
        {
            "what": say("数据文件", "Data files"),
            "before": f"{done.files_before:,}",
            "after": f"{done.files_after:,}",
        },
        {
            "what": say("占用 (MiB)", "Size (MiB)"),
            "before": f"{done.bytes_before / MIB:,.1f}",
            "after": f"{done.bytes_after / MIB:,.1f}",
        },
    ]
    if dry_run:
        console.print(say("试运行：未作改动。", "A dry run: nothing was changed."))
    console.print(table("", columns, rows))
    console.print(
        say(
            f"清除旧快照 {done.snapshots_expired:,} 个，删除文件 {done.files_deleted:,} 个；"
            f"为已保留的发布留下 {done.files_kept_for_publications:,} 个。",
            f"{done.snapshots_expired:,} old snapshots and {done.files_deleted:,} files "
            f"{'would go' if dry_run else 'went'}; {done.files_kept_for_publications:,} files stay "
            "for publications that are kept.",
        ),
        soft_wrap=True,
    )
