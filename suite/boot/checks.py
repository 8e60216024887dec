"""What `manage.py check --deploy` asks beyond Django's own questions."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register


@register(Tags.security, deploy=True)
def roles_are_apart(**_: Any) -> list[CheckMessage]:
    """The role that works with the tables should not own them, else nothing keeps it from rewriting the ledgers."""
    if urlsplit(settings.DATABASE_URL).username != urlsplit(settings.DATABASE_OWNER_URL).username:
        return []
    return [
        Warning(
            "DATABASE_URL and DATABASE_OWNER_URL use the same role.",
            hint="Give DATABASE_URL a role of its own that does not own the tables; see docs/operate.md.",
            id="suite.W001",
        )
    ]
