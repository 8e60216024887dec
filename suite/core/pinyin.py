"""How Chinese is spoken, in Latin letters."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=5000)
def syllables(text: str) -> tuple[str, ...]:
    """Pinyin without tones, a syllable for each character; a word is read as a whole (银行 is yin hang)."""
    from pypinyin import lazy_pinyin  # its dictionaries take half a second, which no other start need wait for

    return tuple(lazy_pinyin(text))
