"""Processes beside this one end with it, however it ends."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from civic.processes import processes


def test_nobody_is_started_where_it_is_not_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with processes(worth_it=False) as pool:
        assert pool is None
    monkeypatch.setenv("CIVIC_PROCESSES", "1")
    with processes() as pool:
        assert pool is None
    monkeypatch.delenv("CIVIC_PROCESSES")
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    with processes() as pool:
        assert pool is None


@pytest.mark.usefixtures("other_processes")
def test_a_process_whose_parent_was_killed_ends(tmp_path: Path):
    program = """
import os, signal
from civic.processes import processes
if __name__ == "__main__":
    with processes() as pool:
        print(pool.submit(os.getpid).result(), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
"""
    path = tmp_path / "program.py"
    path.write_text(program)
    done = subprocess.run([sys.executable, path], capture_output=True, text=True, check=False)
    child = Path(f"/proc/{done.stdout.strip()}")
    ends = time.monotonic() + 20
    while child.exists() and time.monotonic() < ends:
        time.sleep(0.1)
    assert done.stdout.strip() and not child.exists()
