"""What areas announce is known by name and label, and what is known is announced."""

import re
from pathlib import Path

from django.conf import settings
from django.utils import translation

from suite.desk import events

FOLDERS = ("crm", "erp", "integration", "suite")
# The first words of an event, up to where the code fills in what happened.
ANNOUNCED = re.compile(r'announce\(\s*f?"([a-z_.]+?)(?:\.\{|"|\{)')
SAID = re.compile(r'\bannounce\(\w+, "(\w+)"\)')


def announced() -> set[str]:
    sources = [path for folder in FOLDERS for path in Path(settings.BASE_DIR, folder).rglob("*.py")]
    return {found for path in sources for found in ANNOUNCED.findall(path.read_text())}


def test_every_event_that_is_announced_is_registered():
    known = [name for name, _label in events.choices()]

    unknown = {name for name in announced() if not any(each == name or each.startswith(f"{name}.") for each in known)}

    assert unknown - {"crm.sales"} == set()  # drafts: `crm.sales.<model>.created`
    assert len(announced()) > 15


def test_every_event_has_words_in_both_languages():
    labels = {}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            labels[language] = dict(events.choices())

    for name, english in labels["en"].items():
        word = name.rpartition(".")[2]
        assert not english.endswith(f": {word}"), f"{name} has no word in audit_words"
        assert english != labels["zh-hans"][name], f"{name} is not translated"
