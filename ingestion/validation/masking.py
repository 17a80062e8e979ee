"""What may be shown of a personal value: enough to find the row again, too little to know who.

Belongs here: the masks of single fields. Free text is scrubbed in ``scrubbing``; keyed
pseudonyms, which can be joined, are the vault's.
"""

from collections.abc import Callable

import polars as pl

from civic.errors import CivicError
from ingestion.validation.scrubbing import scrub

__all__ = ["mask", "scrub"]

# Down to street or town, and no further: 小区, 园区 and 社区 are compounds, not districts, and
# 超市 and 门市 are shops. No digit may stand in what is kept.
_PART = r"[^\s0-9０-９]"
_PLACE = (
    rf"^((?:{_PART}{{1,8}}?(?:省|自治区))?"
    rf"(?:{_PART}{{1,6}}?(?:[^超门\s0-9０-９]市|自治州|地区|盟))?"
    rf"(?:{_PART}{{1,6}}?(?:[^小社园厂校院景辖\s0-9０-９]区|县|[^超门\s0-9０-９]市|旗))?"
    rf"(?:{_PART}{{1,6}}?(?:街道|镇|乡))?).*$"
)


def mask(text: pl.Expr, kind: str) -> pl.Expr:
    """Mask values for rejects, traces and screens; null stays null.

    Kinds: ``citizen_id`` (four characters in front, one behind), ``phone`` (three and two),
    ``name`` (the first character), ``address`` (down to street or town, else at most the first
    six characters), ``text`` (scrubbed). A value too short for its mask to hide half of it, such
    as a mistyped one, is hidden altogether. CivicError for another kind.
    """
    if kind not in _MASKS:
        raise CivicError(f"No mask is known for {kind!r}.", f"Use one of: {', '.join(_MASKS)}.")
    return _MASKS[kind](text)


def _ends(front: int, back: int) -> Callable[[pl.Expr], pl.Expr]:
    """Keep so many characters at both ends, one star for each between."""

    def masked(text: pl.Expr) -> pl.Expr:
        hidden = text.str.len_chars().cast(pl.Int64) - front - back
        kept = pl.concat_str(text.str.head(front), _stars(hidden), text.str.tail(back))
        return pl.when(hidden >= front + back).then(kept).otherwise(_stars(text.str.len_chars()))

    return masked


def _stars(count: pl.Expr) -> pl.Expr:
    # Twenty are enough for every identifier; a text typed into the wrong column is cut there.
    return pl.lit("*" * 20).str.head(count.clip(0, 20))


def _name(text: pl.Expr) -> pl.Expr:
    """First character and a star; a single character may be the whole of a name."""
    first = pl.when(text.str.len_chars() > 1).then(text.str.head(1)).otherwise(pl.lit(""))
    return pl.when(text.is_not_null()).then(pl.concat_str(first, pl.lit("*")))


def _address(text: pl.Expr) -> pl.Expr:
    place = text.str.replace(_PLACE, "$1")
    start = text.str.head(pl.min_horizontal(text.str.len_chars() // 2, 6))
    kept = pl.when((place != "") & (place != text)).then(place).otherwise(start)
    return pl.when(text.is_not_null()).then(pl.concat_str(kept, pl.lit("***")))


_MASKS: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "citizen_id": _ends(4, 1),
    "phone": _ends(3, 2),
    "name": _name,
    "address": _address,
    "text": scrub,
}
