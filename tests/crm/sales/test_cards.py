import pytest

from crm.sales import cards


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "张伟  销售总监\n深圳市宏达电子有限公司\n地址：深圳市南山区\n手机：138-0013-8000\nzhang.wei@hongda.example",
            ("张伟", "深圳市宏达电子有限公司", "138-0013-8000", "zhang.wei@hongda.example"),
        ),
        (
            "Ann Lee\nPurchasing Manager\nSky Lighting Co., Ltd.\nTel: +49 30 1234567\nMail: Ann.Lee@sky.example",
            ("Ann Lee", "Sky Lighting Co., Ltd.", "+49 30 1234567", "ann.lee@sky.example"),
        ),
        ("您好，我是王芳，想问一下灯具的价格，电话13912345678", ("王芳", "", "13912345678", "")),
        ("联系人：陈静\n公司：远望科技\n电话：0755-88886666", ("陈静", "远望科技", "0755-88886666", "")),
        ("Hi, I am Bob Stone from Stone Lamps Ltd. Call me", ("Bob Stone", "Stone Lamps Ltd.", "", "")),
        ("Just some words without anybody", ("", "", "", "")),
    ],
)
def test_a_text_says_who_asks(text: str, found: tuple[str, str, str, str]) -> None:
    read = cards.read(text)

    assert tuple(read.get(name, "").rstrip() for name in ("name", "organisation", "phone", "email")) == found
    assert read["text"] == text


def test_a_long_text_and_one_with_markup_are_read_quickly_and_as_text() -> None:
    long = cards.read("<b>公司</b>" * 40_000)

    assert len(long["text"]) <= cards.LONGEST
    assert cards.read("\x00<script>x</script> a@b.example")["email"] == "a@b.example"
