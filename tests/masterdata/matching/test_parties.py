import pytest

from suite.masterdata.matching import parties
from suite.masterdata.matching.parties import FIELDS, Known
from suite.masterdata.matching.weighing import Scale
from suite.masterdata.services import duplicates
from tests import make


def verdict(one, other):
    return parties.judge(Scale(FIELDS), one.forms, other.forms)


@pytest.mark.parametrize(
    ("one", "other", "exact", "reason"),
    [
        ("上海宏远贸易有限公司", "上海宏远贸易有限责任公司", True, "same name"),
        ("上海宏远贸易有限公司", "上海宏遠貿易（有限公司）", True, "same name"),
        ("ＡＢＣ贸易有限公司", "ABC贸易 有限公司", True, "same name"),
        ("Huawei Technologies Co., Ltd.", "HUAWEI TECHNOLOGIES CO LIMITED", True, "same name"),
        ("上海宏远贸易有限公司", "上海宏远贸易股份有限公司", False, "nearly the same name"),
        ("上海宏远贸易有限公司", "宏远贸易有限公司", False, "nearly the same name"),
        ("上海宏远贸易有限公司", "上海鸿远贸易有限公司", False, "nearly the same name"),
        ("华为技术有限公司", "华为投资控股有限公司", False, "similar name"),
        ("Huawei Technologies", "Huawei Tecnologies Ltd", False, "nearly the same name"),
    ],
)  # fmt: skip
def test_names_of_one_company_are_known_however_they_are_written(one, other, exact, reason):
    found = verdict(Known([one]), Known([other]))

    assert (found.exact, [str(each) for each in found.reasons]) == (exact, [reason])
    assert found.score >= duplicates.SHOWN_FROM


@pytest.mark.parametrize(
    ("one", "other"),
    [("上海宏远贸易有限公司", "上海宏达贸易有限公司"), ("客户17有限公司", "客户18有限公司"), ("Anna Ltd", "Bernd Ltd")],
)
def test_names_of_two_companies_are_told_apart(one, other):
    assert verdict(Known([one]), Known([other])).score < 10


def test_another_credit_code_speaks_against_one_name():
    one, other = (Known(["宏远贸易有限公司"], credit=code) for code in ("91310115MA1K4BT41X", "91440300MA5EQ2XQ6T"))

    found = verdict(one, other)

    assert found.score < duplicates.SHOWN_FROM
    assert not found.exact
    assert [str(each) for each in found.reasons] == ["same name", "another credit code"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("known", "reason"),
    [
        (Known(phones=["138-0013 8000"]), "same phone"),
        (Known(mails=["INFO@hy.example"]), "same e-mail"),
        (Known(["上海宏遠貿易"]), "same name"),
        (Known(["hongyuan maoyi", "宏元贸易"]), "nearly the same name"),
        (Known(["上海宏"]), "similar name"),
        (Known(["B"], addresses=["张江路 100 号 3 幢"], phones=["13800138001"]), "phones differ in one digit"),
    ],
)
def test_a_party_is_found_by_whatever_is_known_of_it(company, known, reason, django_assert_max_num_queries):
    make.party(
        company, "上海宏远贸易有限公司", phone="13800138000", contacts=[{"name": "Mei", "email": "info@hy.example"}],
        addresses=[{"detail": "张江路100号3幢"}],
    )  # fmt: skip

    actor = make.actor(company, "rep")
    with django_assert_max_num_queries(5):
        found = duplicates.candidates(known, actor=actor)

    assert reason in [str(each) for candidate in found for each in candidate.reasons]
