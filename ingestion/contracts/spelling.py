"""One spelling for all that clerks write above a column.

Belongs here: when two spellings are the same. Does not belong here: which are known (contracts).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_IGNORED = re.compile(r"[\s_\-:：*＊·（）()\[\]【】/、.]+")


def normalise(heading: str) -> str:
    """NFKC, lower case, without blanks and punctuation."""
    return _IGNORED.sub("", unicodedata.normalize("NFKC", heading)).casefold()


@cache
def known_spelling(synonym: str) -> str:
    """A synonym of a contract, normalised once: headings of strangers are never remembered."""
    return normalise(synonym)
