"""Whenever a publisher is killed, readers see a whole publication and the next call converges."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from civic.errors import CivicError
from civic.lake import open_lake
from publishing.publications import history, list_publications, open_publication, publish, roll_back
from tests.publishing.town import PASSED, TABLES, Town, made_town, settings_of

ROOT = Path(__file__).parents[2]

# Publishes, and kills itself before the n-th thing that it does to a file of the serving folder.
PUBLISH_UNTIL_KILLED = """
import os, signal, sys
from pathlib import Path
from tests.publishing.town import PASSED, TABLES, Town, settings_of
from publishing.publications import publish

home, fatal = Path(sys.argv[1]), int(sys.argv[2])
town = Town(settings_of(home))
cells, drops = town.cells(), town.drops()
serving, seen = str(home / "serving"), 0
watched = ("os.mkdir", "os.chmod", "os.rename", "os.symlink", "os.rmdir", "shutil.copyfile")

def hook(event, arguments):
    global seen
    writes = event == "open" and str(arguments[1]) not in ("r", "rb", "None")
    if (event in watched or writes) and any(serving in str(a) for a in arguments):
        seen += 1
        if seen == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(hook)
publish(town.settings, cells, TABLES, PASSED, drops)
"""

WRITE_THEN_WAIT = """
import sys
from pathlib import Path
from civic.lake import open_lake
from tests.publishing.town import settings_of
with open_lake(settings_of(Path(sys.argv[1]))) as lake:
    lake.execute("begin")
    lake.execute("delete from bronze.citizen_message")
    print("writing", flush=True)
    sys.stdin.read()
"""


def publish_until_killed(home: Path, fatal: int) -> bool:
    """Whether the publisher was killed before it had finished."""
    made = subprocess.run(
        [sys.executable, "-c", PUBLISH_UNTIL_KILLED, str(home), str(fatal)],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert made.returncode in (0, -9), made.stderr
    return made.returncode == -9


def test_killed_at_any_point_the_next_call_converges(tmp_path: Path) -> None:
    pristine = made_town(tmp_path / "pristine")
    publish(pristine.settings, pristine.cells(), TABLES, PASSED, pristine.drops())
    pristine.drop("d2", [("990102001001002", "2026-02")])
    cells, drops = pristine.cells(), pristine.drops()
    fatal = 1
    while True:
        home = tmp_path / f"killed-{fatal}"
        shutil.copytree(pristine.settings.home, home, symlinks=True)
        settings = settings_of(home)
        killed = publish_until_killed(home, fatal)
        with open_publication(settings) as seen:
            assert seen.cells["value"].sum() == {1: 4, 2: 5}[seen.number]
        made = publish(settings, cells, TABLES, PASSED, drops)
        assert made.number == 2, f"killed before step {fatal}"
        assert made.is_current
        assert [p.number for p in list_publications(settings)] == [1, 2]
        assert [entry["to"] for entry in history(settings)] == [1, 2]
        assert not [p for p in settings.serving.iterdir() if p.name in (".staging", ".next.duckdb")]
        if not killed:
            break
        fatal += 1
    # Staging made, catalog copied, manifest written, three files moved, link made and moved, ...
    assert fatal > 10


def test_readers_during_twenty_switches_see_only_whole_publications(town: Town) -> None:
    settings = town.settings
    publish(settings, town.cells(), TABLES, PASSED, town.drops())
    town.drop("d2", [("990102001001002", "2026-02")])
    publish(settings, town.cells(), TABLES, PASSED, town.drops())
    seen: set[tuple[int, float]] = set()
    over = threading.Event()

    def read() -> None:
        while not over.is_set():
            with open_publication(settings) as publication:
                seen.add((publication.number, publication.cells["value"].sum()))

    reader = threading.Thread(target=read)
    reader.start()
    for turn in range(20):
        roll_back(settings, 1 + turn % 2)
    over.set()
    reader.join()
    assert seen <= {(1, 4.0), (2, 5.0)}
    assert seen


def test_a_reader_does_not_wait_for_a_writer_and_a_publisher_is_told(town: Town) -> None:
    cells, drops = town.cells(), town.drops()
    publish(town.settings, cells, TABLES, PASSED, drops)
    town.drop("d2", [("990102001001002", "2026-02")])
    cells, drops = town.cells(), town.drops()
    with subprocess.Popen(
        [sys.executable, "-c", WRITE_THEN_WAIT, str(town.settings.home)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "writing\n"
        with open_publication(town.settings) as publication:
            rows = publication.connection.execute("select count(*) from bronze.citizen_message")
            assert rows.fetchone() == (4,)
        with pytest.raises(CivicError, match="writing to the lake"):
            publish(town.settings, cells, TABLES, PASSED, drops)
        writer.communicate("")
    assert [p.number for p in list_publications(town.settings)] == [1]
    with open_lake(town.settings) as lake:
        assert lake.execute("select count(*) from bronze.citizen_message").fetchone() == (5,)
