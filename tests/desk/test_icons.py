"""Every icon that a page, a menu or an act names is drawn: the sprite holds what static/icons.txt lists."""

import re

from django.conf import settings

USES = [re.compile(r"{% icon ['\"]([a-z0-9-]+)"), re.compile(r"\bicon(?:_name)?=['\"]([a-z0-9-]+)['\"]")]


def test_every_icon_that_is_named_is_drawn():
    drawn = set((settings.BASE_DIR / "static" / "icons.txt").read_text().split())
    folders = ["suite", "crm", "erp", "integration", "templates"]
    files = [path for name in folders for path in (settings.BASE_DIR / name).rglob("*.*")]

    used = {
        (name, str(path.relative_to(settings.BASE_DIR)))
        for path in files
        if path.suffix in (".py", ".html") and "unfold" not in path.parts
        for use in USES
        for name in use.findall(path.read_text())
    }

    assert sorted(where for where in used if where[0] not in drawn) == []
