import pytest
from django.core.exceptions import ValidationError

from suite.masterdata.models import Party
from suite.masterdata.standards import credit_code, phone, standardised


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("138-0013 8000", "13800138000"),
        ("+86 138 0013 8000", "13800138000"),
        ("0086-13800138000", "13800138000"),
        ("１３８００１３８０００", "13800138000"),
        ("010-8888 6666", "01088886666"),
        ("(010) 8888 6666 转 801", "01088886666-801"),
        ("021-62345678-801", "02162345678-801"),
        ("400-820-8820", "4008208820"),
        ("+44 20 7946 0958", "+442079460958"),
        ("030-0074321", "0300074321"),
        ("  ", ""),
    ],
)
def test_a_phone_has_one_form_however_it_is_typed(typed, kept):
    assert phone(typed) == kept


@pytest.mark.parametrize("typed", ["call me", "123", "1" * 61])
def test_what_has_no_digits_to_dial_is_no_phone(typed):
    with pytest.raises(ValidationError):
        phone(typed)


def test_the_raw_phone_is_kept_beside_the_standard_one():
    assert standardised(Party, {"phone": " 138-0013 8000 "}) == {"phone": "13800138000", "phone_raw": "138-0013 8000"}


@pytest.mark.parametrize(
    ("code", "valid"),
    [
        ("91110000600037341L", True),
        ("91350211M0000XUF46", False),
        ("N2320500MF00000056", True),
        ("Y1110000MG0000006T", True),
        ("91310000MADE000040", True),
        ("91310000MADE00023Y", True),
        ("91310000MADEM000I5", False),
        ("9131ABCDMADEM00015", False),
        ("91310000MADEM0001", False),
        ("310115198001011234", False),
        ("９１３１００００ＭＡＤＥＭ０００１９", True),
        (" 91310000 madem00019", True),
    ],
)
def test_a_credit_code_is_checked_to_its_last_character(code, valid):
    try:
        accepted = bool(credit_code(code))
    except ValidationError:
        accepted = False

    assert accepted == valid


def test_text_that_no_database_keeps_is_refused_at_its_field():
    with pytest.raises(ValidationError) as refused:
        standardised(Party, {"name": "ab\x00c", "phone": "none"})

    assert set(refused.value.message_dict) == {"name", "phone"}
