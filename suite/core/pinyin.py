"""How Chinese is spoken, in Latin letters."""

from __future__ import annotations


def syllables(text: str) -> list[str]:
    """Pinyin without tones, a syllable for each character; a word is read as a whole (银行 is yin hang)."""
    from pypinyin import lazy_pinyin  # its dictionaries take half a second, which no other start need wait for

    return lazy_pinyin(text)
