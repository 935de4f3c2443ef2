"""Scripts that are written without spaces between words, by the ranges of their letters."""

import re

SPACELESS = (
    "\u0e01-\u0eff"  # Thai, Lao
    "\u0f00-\u109f"  # Tibetan, Burmese
    "\u1780-\u17ff"  # Khmer
    "\u1950-\u19df"  # Tai Le, New Tai Lue
    "\u3005-\u3007\u3041-\u30ff\u3105-\u312f\u31f0-\u31ff"  # Kana, Bopomofo
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # Han
    "\uff66-\uff9f"  # half-width Kana
    "\U0001b000-\U0001b16f\U00020000-\U000323af"  # Kana, Han
)
"""Content of a character class in brackets, for `re` and RE2."""
_LETTER = re.compile(f"[{SPACELESS}]")


def is_spaceless(text: str) -> bool:
    """Whether a text is in such a script: contains at least two letters of one."""
    return sum(1 for _ in zip(range(2), _LETTER.finditer(text), strict=False)) == 2


def words(text: str) -> list[str]:
    """Splits a text at its spaces, and into single letters where such a script is used."""
    return _LETTER.sub(lambda found: f" {found.group()} ", text).split()
