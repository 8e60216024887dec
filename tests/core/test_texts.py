import pytest
from django import forms
from rest_framework import serializers

from suite.core.said import listed
from suite.core.texts import one_line


class Form(forms.Form):
    name = forms.CharField()
    note = forms.CharField(widget=forms.Textarea, required=False)
    password = forms.CharField(strip=False, required=False)


class Body(serializers.Serializer):
    name = serializers.CharField(max_length=200)
    note = serializers.CharField(max_length=5000, required=False)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Huawei\r\nTechnologies", "Huawei Technologies"),
        ("A\t-\x0b1", "A - 1"),
        ("LAMP\x07\x1b[31m", "LAMP[31m"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("\ufeff华为\u2028技术\u3000", "华为 技术"),
        ("周  三", "周  三"),
    ],
)
def test_a_name_is_one_line_whatever_door_it_comes_through(typed: str, kept: str) -> None:
    form, body = Form({"name": typed}), Body(data={"name": typed})

    assert form.is_valid()
    assert body.is_valid()
    assert (form.cleaned_data["name"], body.validated_data["name"], one_line(typed)) == (kept, kept, kept)


def test_texts_of_several_lines_and_passwords_stay_as_they_are() -> None:
    form = Form({"name": "a", "note": "one\r\ntwo", "password": " a\tb "})
    body = Body(data={"name": "a", "note": "one\ntwo"})

    assert form.is_valid()
    assert body.is_valid()
    assert (form.cleaned_data["note"], form.cleaned_data["password"]) == ("one\r\ntwo", " a\tb ")
    assert body.validated_data["note"] == "one\ntwo"


@pytest.mark.parametrize("typed", ["\u202e", "\x07\x08", "\u2028"])
def test_what_cannot_be_seen_is_no_name(typed: str) -> None:
    form, body = Form({"name": typed}), Body(data={"name": typed})

    assert list(form.errors) == ["name"]
    assert not body.is_valid()
    assert list(body.errors) == ["name"]


def test_the_null_character_is_refused() -> None:
    form, body = Form({"name": "a\x00b"}), Body(data={"name": "a\x00b"})

    assert list(form.errors) == ["name"]
    assert not body.is_valid()


def test_names_are_set_apart_as_the_reader_does() -> None:
    from django.utils import translation

    assert listed(["SO1", "SO2"]) == "SO1, SO2"
    with translation.override("zh-hans"):
        assert listed(["SO1", "SO2"]) == "SO1、SO2"
