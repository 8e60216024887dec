import pytest

from suite.desk import formats


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("13800138000", "138 0013 8000"),
        ("02155558888", "021 5555 8888"),
        ("01088886666-801", "010 8888 6666-801"),
        ("05125558888", "0512 555 8888"),
        ("075588886666", "0755 8888 6666"),
        ("+442071838750", "+442071838750"),
        ("12345", "12345"),
    ],
)
def test_phones_stand_in_the_groups_in_which_they_are_read(kept: str, shown: str) -> None:
    assert formats.phone(kept) == shown
