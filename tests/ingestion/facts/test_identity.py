"""Who applies: what documents say differently of it, and what only looks like a difference."""
from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from api.service.cases import points
from assistant.report import composing, letter, serialising
from ingestion import facts
from ingestion.domain import Assessment, Page, Span
from ingestion.facts import credit_code, extraction, identity
from ingestion.parsing.text import from_string
from ingestion.policies import policy
from tests.support.samples import assessment
from tests.support.web_samples import installation

POLICY = policy.load()
NAME = "重庆云岭智能装备股份有限公司"
CODE, OTHER = "91500116MA60C7TK0F", "91500112MA7HY3K65G"    # both pass their check
FORM = (f"国际联合研究中心申报书\n申报单位\t{NAME}\n统一社会信用代码\t{CODE}\n"
        "法定代表人\t贺聿修\n住所\t重庆市江津区双福街道9号\n")
LICENCE = (f"营业执照\n统一社会信用代码 {CODE}\n名称 {NAME}\n类型 股份有限公司\n"
           "法定代表人 贺聿修\n住所 重庆市江津区双福街道9号\n")


def differences(*texts: str, scanned: bool = False) -> list[tuple[str, tuple[str, ...]]]:
    documents = [from_string(text, f"{number}.txt") for number, text in enumerate(texts)]
    if scanned:
        documents[-1] = replace(documents[-1], pages=(Page(1, Span(0, len(texts[-1])), recognised=True),))
    prepared = extraction.prepare(documents, POLICY)
    found = identity.differences(prepared.readings, prepared.names.own)
    for one in found:
        for piece in one.evidence:
            document = next(each for each in documents if each.name == piece.document)
            assert document.quote(piece.span) == piece.quote
    return [(one.what, one.values) for one in found]


def test_documents_that_agree_differ_in_nothing() -> None:
    """A form and a licence that say the same of who applies."""
    assert differences(FORM, LICENCE) == []


@pytest.mark.parametrize(("old", "new", "what", "values"), [
    (CODE, OTHER, "code", (CODE, OTHER)),
    (CODE, CODE[:-1] + "L", "code", (CODE, CODE[:-1] + "L")),
    ("贺聿修", "邵南枝", "person", ("贺聿修", "邵南枝")),
    ("江津区", "渝北区", "district", ("江津区", "渝北区")),
    (NAME, "重庆云岭智能装备有限公司", "name", (NAME, "重庆云岭智能装备有限公司")),
    (NAME, "重庆长岭生物谷管理有限公司", "name", (NAME, "重庆长岭生物谷管理有限公司")),
])
def test_a_licence_that_says_something_else(old: str, new: str, what: str, values: tuple[str, ...]) -> None:
    """Each kind of difference is found, with both values."""
    assert (what, values) in differences(FORM, LICENCE.replace(old, new))


def test_a_code_that_fails_its_check_is_said_alone() -> None:
    """Also where no other document gives one."""
    wrong = CODE[:-1] + "L"
    assert not credit_code.valid(wrong)
    assert differences(FORM.replace(CODE, wrong)) == [("check", (wrong,))]


@pytest.mark.parametrize("more", [
    f"合作协议\n甲方：{NAME}\n乙方：重庆长岭生物谷管理有限公司\n统一社会信用代码：{OTHER}\n法定代表人：余见微\n住所：重庆市长寿区桃源大道1号\n",
    f"企业名录\n企业名称\t信用代码\n重庆长岭生物谷管理有限公司\t{OTHER}\n重庆山地环境技术有限公司\t125001093395120647\n",
    f"{NAME}渝北分公司\n营业场所：重庆市渝北区仙桃街道9号\n负责人 房知乐\n统一社会信用代码：91500112MA61R9GY0X\n",
    f"更名说明\n{NAME}，曾用名重庆云岭智能装备有限公司。\n申报单位：重庆云岭智能装备有限公司\n",
    f"变更登记通知书\n{NAME}\n变更前法定代表人：余见微\n变更后法定代表人：贺聿修\n",
    "承诺书\n申报单位：云岭智能\n法定代表人（签字）：\n2025年3月1日\n",
    f"承诺书\n申报单位：{NAME}国际合作部\n",
    f"申报单位\t{NAME}\n通讯地址\t重庆市渝中区民族路1号\n办公地址\t重庆市南岸区江南大道2号\n",
    f"说明\n{NAME}注册地为重庆市两江新区，住所：重庆市高新区凤笙路21号。\n",
    "Application\nApplicant: Chongqing Yunling Intelligent Equipment Co., Ltd.\nHost: Lisbon Centre\n",
])
def test_what_is_no_difference(more: str) -> None:
    """A partner, a tenant, a branch, a former name, a change, a short name, a department, another address, a zone."""
    assert differences(FORM, LICENCE, more) == []


def test_a_scan_may_be_misread() -> None:
    """One character of a name, or of a code that fails its check then, is what recognition gets wrong."""
    scan = LICENCE.replace(CODE, CODE.replace("C", "G")).replace("贺聿修", "贺聿俢")
    assert differences(FORM, scan, scanned=True) == []
    assert differences(FORM, LICENCE.replace(CODE, OTHER), scanned=True) == [("code", (CODE, OTHER))]


@pytest.fixture
def differing() -> Assessment:
    pieces = tuple(facts.extract([from_string(FORM, "1.txt"), from_string(LICENCE.replace(CODE, OTHER), "2.txt")],
                                 POLICY, assessment(POLICY).application_date).identity)
    return replace(assessment(POLICY), identity=pieces)


def test_it_is_said_wherever_contradictions_are(differing: Assessment) -> None:
    """In the JSON, in the report with its own row, in the letter, among what is to be done."""
    assert serialising.assessment(differing, POLICY)["identity"][0]["values"] == [CODE, OTHER]
    report = composing.compose(differing, POLICY)
    assert report.conflicts[0].figure == f"{CODE} / {OTHER}"
    assert any("统一社会信用代码不一致" in row.item for row in report.rows)
    assert f"统一社会信用代码不一致：{CODE} / {OTHER}，请与证照核对并更正。" in letter.draft(differing, POLICY, NAME)
    assert "The credit code differs" in letter.draft(differing, POLICY, NAME, "en")
    assert points.Point(points.Kind.CONFLICT, "who.code") in points.open_points(differing)


def test_the_page_and_its_list_of_things_to_do_say_it(tmp_path: Path) -> None:
    """With the places, and without a reply to write: it is mended in the documents."""
    with installation(tmp_path) as site:
        me = site.client()
        case = me.assessed(("1.txt", FORM.encode()), ("2.txt", LICENCE.replace(CODE, OTHER).encode()))
        page = me.get(f"/cases/{case}").text
        assert page.count("统一社会信用代码不一致") == 2
        assert f"{CODE} / {OTHER}" in page
        assert 'href="#conflicts">统一社会信用代码不一致' in page
        assert "replies/who" not in page
