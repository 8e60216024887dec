"""Secrets that the house must read again: sealed in the database, under keys that stand outside of it."""

from __future__ import annotations

import base64
from functools import cache
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models

PURPOSE = b"suite sealed field"


@cache
def _box(secrets: tuple[str, ...]) -> MultiFernet:
    keys = [HKDF(SHA256(), length=32, salt=None, info=PURPOSE).derive(secret.encode()) for secret in secrets]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])


def box() -> MultiFernet:
    """Seals under SECRET_KEY, and opens what was sealed under one of SECRET_KEY_FALLBACKS."""
    return _box((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


class SealedField(models.TextField):
    """A text that is plain in Python and sealed in its column; not to be searched or sorted by.

    Raises `cryptography.fernet.InvalidToken` when it is read after its key is gone.
    """

    def get_prep_value(self, value: Any) -> Any:
        return box().encrypt(value.encode()).decode() if value else value

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return box().decrypt(value.encode()).decode() if value else value
