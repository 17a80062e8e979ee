"""The width and the edges of a text, before anybody reads a meaning into it.

Belongs here: trimming and full-width forms. Does not: what a text means (``parsing``), or
whether it may be shown (``masking``).
"""

import polars as pl

# Blanks of every width (Unicode White_Space) and the characters that show nothing at all:
# zero-width space, joiners, direction marks, word joiner, byte order mark.
BLANKS = (
    "\t\n\v\f\r \x1c\x1d\x1e\x1f\x85\xa0\u1680"
    + "".join(map(chr, range(0x2000, 0x2010)))
    + "\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
)

# U+FF01..U+FF5E are the ASCII characters 0x21..0x7E, moved by 0xFEE0; the full-width blank
# alone stands elsewhere.
_FULL_WIDTH = [chr(code) for code in range(0xFF01, 0xFF5F)] + ["\u3000"]
_ASCII = [chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)] + [" "]


def clean(text: pl.Expr) -> pl.Expr:
    """Trim blanks of every width from both ends; nothing left is null. Inner text stays as it is.

    A column of another type is read as text first, so that an empty column of type Null passes.
    """
    trimmed = text.cast(pl.String).str.strip_chars(BLANKS)
    return pl.when(trimmed != "").then(trimmed)


def half_width(text: pl.Expr) -> pl.Expr:
    """Turn full-width digits, letters, punctuation and blanks into their ASCII forms."""
    return text.str.replace_many(_FULL_WIDTH, _ASCII)
