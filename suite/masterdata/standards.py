"""One way to write a thing: phones, credit codes, plain text. What was typed is kept beside it where it may matter."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import phonenumbers
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from stdnum.cn import uscc

R = TypeVar("R", bound=models.Model)

FILLERS = re.compile(r"[\s\-‐-―()./·]+")
MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9]\d{9})")
EXTENSION = re.compile(r"(?:(?<=\d{7})-|\s*转\s*)(?=\d{1,6}$)")


def phone(raw: str) -> str:
    """The one form of a phone number: Chinese ones in digits as dialled at home, others with + and country code.

    `138-0013 8000` is 13800138000 and `(010) 8888 6666 转 801` is 01088886666-801. What no numbering plan knows is
    kept in digits as it was given, because old files hold such numbers; with less than five digits it is
    no phone (ValidationError).
    """
    text = unicodedata.normalize("NFKC", raw).strip()
    if not text:
        return ""
    bare = FILLERS.sub("", text)
    if mobile := MOBILE.fullmatch(bare):  # nearly all of them, and a hundred times quicker than the numbering plans
        return mobile[1]
    if sum(character.isdigit() for character in bare) < 5 or len(text) > 60:
        raise ValidationError(_("This is not a phone number"), code="phone")
    try:
        number = phonenumbers.parse(EXTENSION.sub(" ext ", text), "CN")
    except phonenumbers.NumberParseException:
        return bare[:40]
    if not phonenumbers.is_valid_number(number):
        return bare[:40]
    extension = f"-{number.extension}" if number.extension else ""
    if number.country_code != 86:
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) + extension
    home = phonenumbers.format_number(
        phonenumbers.PhoneNumber(country_code=86, national_number=number.national_number),
        phonenumbers.PhoneNumberFormat.NATIONAL,
    )
    return re.sub(r"\D", "", home) + extension


def credit_code(raw: str) -> str:
    """A unified social credit code (GB 32100-2015) in its one form; ValidationError when it cannot be one.

    python-stdnum wants digits in the first two places, but the standard has letters there for some registering
    departments (A, N, Y: village collectives, for one); the check character is computed over them all the same.
    """
    code = uscc.compact(unicodedata.normalize("NFKC", raw))
    if not code:
        return ""
    legal = len(code) == 18 and code.isascii() and code[2:8].isdigit() and set(code) <= set(uscc._alphabet)
    if not legal or code[-1] != uscc.calc_check_digit(code[:-1]):
        raise ValidationError(_("This is not a unified social credit code: please check each character"), code="uscc")
    return code


def tried(standard: Callable[[str], str], raw: str) -> str:
    """The standard form of what is being typed or looked for; nothing while it has none."""
    try:
        return standard(raw)
    except ValidationError:
        return ""


def text(raw: str) -> str:
    """Text without what no database keeps and nobody sees at its ends; lines stay lines."""
    if "\x00" in raw:
        raise ValidationError(_("The text contains a character that cannot be stored"), code="null")
    return raw.strip()


STANDARDS = {
    "phone": phone,
    "contact_phone": phone,
    "credit_code": credit_code,
    "email": lambda raw: raw.strip().lower(),
}


def standardised(model: type[models.Model], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as they are kept, the raw phone beside the standard one. Raises ValidationError by field."""
    kept: dict[str, Any] = {}
    errors: dict[str, Any] = {}
    names = {field.name for field in model._meta.fields}
    for name, value in values.items():
        if not isinstance(value, str):
            kept[name] = value
            continue
        try:
            value = text(value)
            kept[name] = STANDARDS[name](value) if name in STANDARDS else value
        except ValidationError as error:
            errors[name] = error
        if name == "phone" and "phone_raw" in names:
            kept["phone_raw"] = value[:60]
    if errors:
        raise ValidationError(errors)
    return kept


def check(row: R) -> R:
    """Let the row's own fields judge their values; related records were chosen at the door. Raises ValidationError."""
    related = [field.name for field in row._meta.fields if field.is_relation]
    row.clean_fields(exclude=related)
    return row
