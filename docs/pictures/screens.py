"""Pictures of every dashboard in both languages: `python docs/pictures/screens.py [DASHBOARD…]`.

Needs a demo's home (CIVIC_HOME, or var/demo), `make screens`, and Chromium with a Chinese font.
Writes screens/<dashboard>.<language>.png.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from PIL import Image

from civic.settings import load_settings
from publishing.pictured import Picture
from superset_assets import running
from superset_assets.browsing import dashboards
from superset_assets.names import LANGUAGES
from superset_assets.pictures import draw

HERE = Path(__file__).parent / "screens"
COLOURS = 96


def main() -> None:
    """Draw the dashboards that are named, all of them if none is."""
    os.environ.setdefault("CIVIC_HOME", "var/demo")
    settings = load_settings()
    running.refresh(settings)
    HERE.mkdir(exist_ok=True)
    wanted = [
        Picture(name, language, "leader", "png")
        for name in sys.argv[1:] or dashboards(settings)
        for language in LANGUAGES
    ]
    with tempfile.TemporaryDirectory() as folder:
        for one, path in draw(settings, wanted, Path(folder), sharp=1).items():
            target = HERE / one.file_name
            # A page has few colours: the file is a third of what it was, and looks the same.
            with Image.open(path) as picture:
                picture.convert("RGB").quantize(COLOURS).save(target, optimize=True)
            print(target.relative_to(HERE.parent), f"{target.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
