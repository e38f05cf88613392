"""Whose words and whose figures: recitals of rules, other subjects, negations, documents about something else."""
from __future__ import annotations

from datetime import date

import pytest

from ingestion import facts
from ingestion.domain import Document, Extraction
from ingestion.parsing import text as texts
from ingestion.policies import policy

POLICY = policy.load()
DAY = date(2025, 6, 15)


def read(*written: str) -> Extraction:
    return facts.extract([texts.from_string(one) for one in written], POLICY, DAY)


def intervals(found: Extraction) -> dict[str, tuple[int, int | None]]:
    return {key: (fact.interval.low, fact.interval.high) for key, fact in found.facts.items()}


RECITALS = [
    "根据征求意见稿，海外科技创新中心须自收自支，在驻在国有固定场所，有相对稳定的工作人员2人以上。",
    "按照第九条，海外中心须自收自支，工作人员不少于2人，与驻在国机构签订长期合作协议1份以上。",
    "征求意见稿对海外中心的规定是：有实际控制权，自收自支，工作人员2人以上。",
    "贵局《通知》明确，海外中心应对中心拥有实际控制权，且自收自支。",
    "问：海外中心需要满足什么条件？答：拥有实际控制权，自收自支，有固定场所，工作人员2人以上。",
    "条件要点：入驻高新技术企业10家以上，市级平台3个以上，海外研发机构2个以上。",
    "第八条 国际联合研究中心应近三年发表SCI或EI论文20篇以上，其中中外联合发表5篇以上。",
    "认定门槛为专职人员1名以上、市级以上创新平台3个、海外团队2支。",
    "按规定，申报单位须近三年未发生环保、安全责任事故，未出现科研诚信问题。",
    "政策规定申报单位应为在重庆市注册的独立法人。",
    "指标说明：近三年发表SCI/EI论文20篇（含）以上得10分，每增加5篇加1分。",
    "评审专家将重点核查：近三年SCI论文20篇以上、市级奖励1项以上。",
    "The Measures require an applicant to have published at least 20 SCI or EI papers in the last three years.",
    ("The draft Measures ask that an applicant has had no research integrity issue and no environmental or safety "
    "accident."),
    "Under Article 9 the centre should be self-sustaining and have at least 2 stationed staff.",
]


@pytest.mark.parametrize("text", RECITALS)
def test_a_recital_is_no_evidence(text: str) -> None:
    """What a rule asks for is no evidence that the applicant has it, wherever it stands."""
    assert intervals(read(text)) == {}


@pytest.mark.parametrize(("text", "expected"), [
    ("对照征求意见稿第六条，入驻的高新技术企业要有10家以上，我园现有14家高新技术企业入驻。",
     {"resident_enterprises": (14, 14)}),
    ("要求一：设有专职国际科技合作管理机构，配备专职人员1名以上。我单位情况：设有国际合作处，专职人员3名。",
     {"dedicated_office": (1, 1), "dedicated_officers": (3, 3)}),
    ("按办法应发表20篇以上，本中心近三年发表SCI论文23篇。", {"sci_ei_papers": (23, 23)}),
])
def test_the_answer_to_a_requirement_counts(text: str, expected: dict[str, tuple[int, int | None]]) -> None:
    """Behind a requirement, what the applicant says that it has counts."""
    assert intervals(read(text)) == expected


@pytest.mark.parametrize("text", [
    "对方研究所近三年发表SCI论文260篇，是我们最重要的合作伙伴之一。",
    "园区内某企业去年申请专利80件，授权专利45件。",
    "入驻企业累计获授权发明专利96件、软件著作权40件。",
    "合作高校近五年承担国家级项目73项，近三年发表SCI论文410篇。",
    "柏林工业大学近三年发表SCI论文1200篇。",
    "Universities have published over 500 SCI papers in the last three years.",
])
def test_the_subject_decides_whose_figure_it_is(text: str) -> None:
    """Figures of another body, or of those whom the applicant houses, are not the applicant's."""
    assert intervals(read(text)) == {}


@pytest.mark.parametrize("text", [
    "学院尚未建立国际合作处。", "我们没有专设国际合作部门，相关事务由科研处代管。", "本园区不另设对外科技合作处。",
    "The institute has no international cooperation office.",
])
def test_a_negation_right_before_a_thing_denies_it(text: str) -> None:
    """Never the opposite of what is written."""
    assert intervals(read(text)) == {"dedicated_office": (0, 0)}


@pytest.mark.parametrize("text", [
    "近三年公司无环保、安全等方面的责任事故，测试车辆发生的3起轻微剐蹭均由对方负全责。",
    "Neither Yunlan nor the centre has had any environmental or safety liability accident in the last three years.",
])
def test_one_sentence_says_yes_or_no(text: str) -> None:
    """What else a sentence tells does not contradict its denial."""
    found = read(text).facts["no_incidents"]
    assert (found.interval.low, found.interval.high, found.conflict) == (1, 1, False)


def test_a_sentence_that_goes_on_about_what_was_told() -> None:
    """The date stands in one sentence, what it was found to be in the next."""
    told = ("2024年3月18日，我公司组织的改造工地发生一起高处坠落事故，造成1人受伤。"
            "经调查组认定，该起事故为一般生产安全责任事故，我公司负有管理责任。")
    assert intervals(read(told)) == {"no_incidents": (0, 0)}


UNRELATED = [
    ("The overhanging branch. Mr Miller of 14 Elm Road complains that three branches of a tree owned by the council "
    "overhang his garden. No accident has happened, but safety is a concern. The council's branch office of parks "
    "replied within two weeks."),
    ("Individual income tax return. Taxpayer: John Smith. Employees: 3. Wages paid: USD 210,000. No environmental "
    "liability. The company owns the office building. Full-time staff: 12. The taxpayer does not have an office "
    "outside the state in the year."),
    "小区物业服务公告：小区共有住户326户，物业人员12人，其中专职保安8名。近三年小区未发生安全事故和环境污染事故。",
    ("The restaurant on Main Street employs ten staff, four of them full-time. It rents its premises until 2030 and "
    "had no accidents in the last three years."),
]


@pytest.mark.parametrize("text", UNRELATED)
def test_a_document_about_something_else(text: str) -> None:
    """It gives no fact, turns no application around, and is said to be about something else."""
    application = "本中心是在重庆市注册的独立法人，设有国际合作处，专职人员3名，近三年发表SCI论文23篇。"
    documents = [texts.from_string(application), texts.from_string(text)]
    documents = [Document(f"{n}.txt", d.sha256, d.kind, d.text, d.blocks, d.pages) for n, d in enumerate(documents)]
    prepared = facts.prepare(documents, POLICY)
    together = facts.read(prepared, POLICY, DAY)
    assert intervals(together) == intervals(read(application))
    noted = facts.noted(documents, prepared)
    assert [[notice.code for notice in one.notices] for one in noted] == [[], ["unrelated"]]
