"""Text as it is compared: half-width, lower case, without accents, in simplified characters; and how it sounds."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from suite.core.pinyin import syllables
from suite.masterdata.matching.characters import simplified

WORDS = re.compile(r"[\u3400-\u9fff]+|[^\W_\u3400-\u9fff]+")
CHINESE = re.compile(r"[\u3400-\u9fff]")


def folded(text: str) -> str:
    """One spelling of what is written in many."""
    if text.isascii():
        return text.casefold()
    plain = unicodedata.normalize("NFKD", text).casefold()
    return simplified("".join(each for each in plain if not unicodedata.combining(each)))


def words(text: str) -> list[str]:
    """The words of a text in their one spelling; Chinese stays together, punctuation goes."""
    return WORDS.findall(folded(text))


@lru_cache(maxsize=50_000)
def _syllable(character: str) -> str:
    return syllables(character)[0]


def spoken(text: str) -> str:
    """How the text sounds, in letters, character by character: words that are cut otherwise sound the same."""
    return text if text.isascii() else "".join(map(_syllable, text))
