"""Superset's Chinese, mended: no unsure words are shown, and what is missing is said.

The wheel is built with guesses that nobody looked through ("fuzzy" entries): "Not In" stands where
"Sign in" is meant, "anomalies" where "records" are. Run as a module, this takes them out of the
environment's own files and puts the words of ``words_zh.yaml`` in. It may be run again at any time.
"""

from __future__ import annotations

import json
from pathlib import Path

import yaml

WORDS = Path(__file__).with_name("words_zh.yaml")


def mend(folder: Path) -> int:
    """Mend ``messages.mo`` and ``messages.json`` of a language; how many guesses were taken out."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with (folder / "messages.po").open("rb") as file:
        catalog = read_po(file, locale="zh")
    words = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    guesses = {str(_first(m.id)) for m in catalog if m.id and m.fuzzy}
    for message in catalog:
        if message.id and message.fuzzy:
            message.string = "" if isinstance(message.id, str) else ("",)
            message.flags.discard("fuzzy")
    for said, in_chinese in words.items():
        known = catalog.get(said)
        if known is not None and not isinstance(known.id, str):
            known.string = (in_chinese,)
        else:
            catalog.add(said, in_chinese)
    with (folder / "messages.mo").open("wb") as compiled:
        write_mo(compiled, catalog)
    path = folder / "messages.json"
    pack = json.loads(path.read_text(encoding="utf-8"))
    entries = pack["locale_data"]["superset"]
    for said in guesses:
        if said in entries:
            entries[said] = [""]
    entries.update({said: [in_chinese] for said, in_chinese in words.items()})
    path.write_text(json.dumps(pack, ensure_ascii=False), encoding="utf-8")
    return len(guesses)


def _first(text: object) -> object:
    return text[0] if isinstance(text, list | tuple) else text


def main() -> None:
    """Mend the environment's Chinese."""
    import importlib.util

    found = importlib.util.find_spec("superset")
    if found is None or found.origin is None:
        raise SystemExit("Superset is not installed in this environment.")
    folder = Path(found.origin).parent / "translations" / "zh" / "LC_MESSAGES"
    print(f"{mend(folder)} guesses taken out of Superset's Chinese")


if __name__ == "__main__":
    main()
