"""Every text on the screen exists in Chinese: our own, and that of packages which bring no Chinese catalogue."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from gettext import GNUTranslations
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import polib
import pytest
from django.utils import translation
from django.utils.translation.template import templatize

from suite.boot.messages import CATALOGUES, ROOT, compile_catalogue

OURS = ("suite", "crm", "erp", "integration", "templates")
THEIRS = ("django", "unfold", "axes", "django_otp", "django_filters", "rest_framework", "drf_spectacular")
CHINESE = CATALOGUES / "zh_Hans" / "LC_MESSAGES" / "django.po"
ENGLISH = CATALOGUES / "en" / "LC_MESSAGES" / "django.po"  # where packages say to programmers what people are to read
# Where the context, the text and the plural stand among the arguments.
CALLS = {
    "gettext": (None, 0, None),
    "ngettext": (None, 0, 1),
    "pgettext": (0, 1, None),
    "npgettext": (0, 1, 2),
}
PLACEHOLDER = re.compile(r"%%|%\(\w+\)[-+ #0-9.]*[sdf]|%[sdf]|\{\w*\}")


class Message(NamedTuple):
    context: str | None
    text: str
    plural: str | None


Found = dict[Message, list[str]]


def in_python(source: str) -> Iterator[Message]:
    """Texts given to gettext and its sisters, however a module calls them."""
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call):
            continue
        name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        name = "gettext" if name == "_" else name.removesuffix("_lazy").removesuffix("_noop")
        words = [getattr(argument, "value", None) for argument in call.args]
        if name in CALLS and len(words) > max(place or 0 for place in CALLS[name]):
            context, text, plural = (None if place is None else words[place] for place in CALLS[name])
            if isinstance(text, str) and text:
                yield Message(context, text, plural)


def in_template(source: str) -> Iterator[Message]:
    """A template becomes the calls that Django's own extraction makes of it."""
    code = templatize(source)
    for start in re.finditer(r"\b(?:n?p?gettext|_)\(", code):
        for end in re.finditer(r"\)", code[start.start() :]):
            try:
                ast.parse(call := code[start.start() : start.start() + end.end()])
            except SyntaxError:
                continue
            yield from in_python(call)
            break


def read(root: Path, packages: tuple[str, ...]) -> Found:
    found: Found = {}
    for package in packages:
        for path in sorted((root / package).rglob("*")):
            if path.suffix == ".py" and "migrations" not in path.parts:
                messages = in_python(path.read_text())
            elif path.suffix in (".html", ".txt") and "templates" in path.relative_to(root).parts:
                messages = in_template(path.read_text())
            else:
                continue
            for message in messages:
                found.setdefault(message, []).append(path.relative_to(root).as_posix())
    return found


@cache
def ours() -> Found:
    return read(ROOT, OURS)


@cache
def homes() -> dict[str, Path]:
    return {package: Path(str(import_module(package).__file__)).parent for package in THEIRS}


@cache
def said_by_packages() -> dict[str, Found]:
    return {package: read(home.parent, (package,)) for package, home in homes().items()}


@cache
def theirs() -> Found:
    """What neither Django nor the package itself says in Chinese."""
    known = {
        package: {
            entry.msgid for path in home.rglob("locale/zh_Hans/**/django.mo") for entry in polib.mofile(str(path))
        }
        for package, home in homes().items()
    }
    return {
        message: places
        for package, found in said_by_packages().items()
        for message, places in found.items()
        if message.text not in known["django"] | known[package]
    }


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(str(CHINESE))


@pytest.fixture(scope="module")
def chinese(catalogue: polib.POFile) -> dict[tuple[str | None, str], polib.POEntry]:
    return {(entry.msgctxt, entry.msgid): entry for entry in catalogue if entry.msgstr or entry.msgstr_plural}


def untranslated(found: Found, chinese: dict[tuple[str | None, str], polib.POEntry]) -> list[str]:
    return [
        f"{places[0]}: {message.text!r}"
        for message, places in found.items()
        if not (entry := chinese.get((message.context, message.text)))
        or bool(message.plural) > bool(entry.msgid_plural)
    ]


def placeholders(text: str) -> Counter[str]:
    return Counter(PLACEHOLDER.findall(text))


def test_every_text_of_ours_is_there_in_chinese(chinese):
    assert untranslated(ours(), chinese) == []


def test_every_text_of_packages_without_chinese_is_there(chinese):
    found = theirs()

    assert any(message.text == "Search apps and models..." for message in found)  # else nothing was looked at
    assert untranslated(found, chinese) == []


def test_no_text_is_there_twice(catalogue):
    times = Counter((entry.msgctxt, entry.msgid) for entry in catalogue)

    assert [text for text, count in times.items() if count > 1] == []


def test_no_translation_is_a_guess(catalogue):
    assert [entry.msgid for entry in catalogue if entry.fuzzy or entry.obsolete or not entry.translated()] == []


@pytest.mark.parametrize("path", [CHINESE, ENGLISH], ids=["Chinese", "English"])
def test_no_translation_is_left_over(path):
    everything = [ours(), *said_by_packages().values()]
    used = {(message.context, message.text) for found in everything for message in found}

    assert [entry.msgid for entry in polib.pofile(str(path)) if (entry.msgctxt, entry.msgid) not in used] == []


def test_what_packages_say_to_programmers_is_said_to_people_in_both_languages(chinese):
    for entry in polib.pofile(str(ENGLISH), check_for_duplicates=True):
        assert placeholders(entry.msgid) == placeholders(entry.msgstr)
        assert (entry.msgctxt, entry.msgid) in chinese
        with translation.override("en"):
            assert translation.gettext(entry.msgid) == entry.msgstr


def test_translations_keep_the_placeholders(catalogue):
    """The plural is what Chinese, which has one form, must be able to say."""
    wrong = [
        (entry.msgid, translated)
        for entry in catalogue
        for translated in (entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr])
        if placeholders(entry.msgid_plural or entry.msgid) != placeholders(translated)
    ]

    assert wrong == []


def test_translations_begin_and_end_like_the_source(catalogue):
    """A space or line end that is lost joins what stands apart on the screen."""
    wrong = [
        entry.msgid
        for entry in catalogue
        if entry.msgstr
        and (entry.msgid.startswith("\n"), entry.msgid.endswith("\n"))
        != (entry.msgstr.startswith("\n"), entry.msgstr.endswith("\n"))
    ]

    assert wrong == []


def test_a_compiled_catalogue_answers(tmp_path):
    compiled = tmp_path / "django.mo"

    compile_catalogue(CHINESE, compiled)

    with compiled.open("rb") as file:
        texts = GNUTranslations(file)
    assert texts.gettext("Sales order") == "销售订单"
    assert texts.ngettext("%(count)s row", "%(count)s rows", 3) == "%(count)s行"


def test_the_screen_speaks_both_languages():
    with translation.override("zh-hans"):
        assert translation.gettext("Quotation") == "报价单"
    with translation.override("en"):
        assert translation.gettext("Quotation") == "Quotation"
