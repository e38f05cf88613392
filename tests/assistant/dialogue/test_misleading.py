"""What would mislead an asker: a bar taken for their figure, a thing's verdict taken for its condition's, sums of what
is no sum."""
from __future__ import annotations

from datetime import date

import pytest

from assistant.judging import assessing
from ingestion.domain import Assessment
from tests.support import samples
from tests.support.conversations import conversed


@pytest.mark.parametrize(("question", "verdict", "said"), [
    ("技术转移中心要做5项是吧？我们办结了4项，行不行", "yes", "不是5项"),
    ("创新园合作机构要8家吗？我们有4家，够不够", "no", "不是8个"),
    ("与7家境外机构签了协议，其中3家已经终止合作，创新园要的5家还够吗", "no", "7-3=4个"),
    ("论文跟20篇还差多少？我们18篇", "no", "还差2篇"),
    ("海外中心联合研发1项、技术转移转化1项，够2项吗", "yes", "1+1=2项"),
    ("创新型企业5户，高企8户，有些两块牌子都有，几户没核过，10户这条算过吗", "open", "8至13户"),
    ("论文我们有18篇还是19篇记不清了，够不够", "no", "至少还差1篇"),
    ("技术转移办结5项，其中2项后来撤销了，还剩3项，够吗", "yes", "5-2=3项"),
    ("技术转移4项，其中1项交付了，剩下3项还没交付，够吗", "no", "4-3=1项"),
    ("园区高企12户，搬走了一些，还剩9户，够吗", "no", "9户，不到"),
    ("海外中心要派3个人吧，现在有2个，够吗", "yes", "不是3人"),
    ("We have 12 resident companies; 3 moved out, leaving 9. Enough for the park?", "no", "12-3=9"),
    ("We had 6 foreign partners, one of them was lost, so 5 are left. Enough for an innovation park?", "yes", "6-1=5"),
])
def test_figures_are_what_the_asker_says_of_them(question: str, verdict: str, said: str) -> None:
    """The bar is not added to them, what is left is not added once more, and only one of two alternatives is so."""
    answer = conversed(question)
    assert answer.verdict == verdict, answer.text
    assert said in answer.text


def test_sums_that_are_offered_for_a_reward_are_nobodys_spending() -> None:
    """30万还是80万 after a question for the reward says nothing of what the asker spent."""
    assert "万元" not in conversed("评上以后奖补给多少？30万还是80万").text


@pytest.mark.parametrize(("question", "verdict"), [
    ("材料能不能跳过区县科技局，送到市科技局", "no"),
    ("我们是区里的民企，申报书可以绕开区里交市科技局吗", "no"),
    ("我们是部属高校，可以不经过区县直接报吗", "yes"),
    ("国际创新园能不能由园区公司自己递材料", "no"),
    ("国际创新园由谁出面申请，园区公司自己递交行吗", "no"),
])
def test_nobody_is_gone_round_whom_an_article_names(question: str, verdict: str) -> None:
    """But those whom the article itself lets do so."""
    assert conversed(question).verdict == verdict


@pytest.mark.parametrize("turns", [
    ("技术转移中心得完成几项？", "我们完成了2项", "那还差几项？"),
    ("创新园的平台要求是什么", "现在有2个", "还差多少"),
])
def test_what_is_missing_is_of_the_figure_stated_before(turns: tuple[str, ...]) -> None:
    """Also where the turn before only stated it."""
    assert "还差1" in conversed(*turns).text


TEXT = """重庆澄江科技园申报国际创新园
企业名称\t资质\t证书有效期至\t状态
重庆砚台种业有限公司\t高新技术企业\t2027-10-16\t在园
重庆石门泵业有限公司\t高新技术企业\t2023-11-11\t证书过期，没有再办
机构\t国别\t合作期限\t协议
汉诺威升降机行会\t德国\t2019年至2029年\t长期合作协议，执行中
内盖夫应用科学院\t以色列\t2019年至2029年\t长期合作协议，执行中
哈德利大学\t英国\t2019年至2029年\t长期合作协议，执行中
清州技术院\t韩国\t2019年至2029年\t长期合作协议，执行中
大阪水处理会\t日本\t2019年至2029年\t长期合作协议，执行中
2023年9月5日，园区配电房起火，应急局认定为一次安全生产责任事故，园区负主要责任，罚款已缴。
"""


@pytest.fixture(scope="module")
def park() -> Assessment:
    document = samples.form_document("申报书.docx", TEXT)
    return assessing.assess_documents([document], samples.policy(), "innovation_park", date(2025, 3, 14))


@pytest.mark.parametrize(("question", "verdict", "said"), [
    ("石门泵业的高企证什么时候到期的，这家现在还算不算数", "no", "2023-11-11"),
    ("配电房起火罚款也缴了，事故这条能算过吗", "no", "不成立"),
    ("要是德国和英国那两家都不续了，境外合作机构还够吗", "no", "5-2=3个"),
    ("要是德国那家不续了，境外合作机构还够吗", "no", "5-1=4个"),
])
def test_a_thing_is_ruled_on_and_not_its_condition(park: Assessment, question: str, verdict: str, said: str) -> None:
    """And a yes/no condition by its outcome, whatever was told for or against it."""
    answer = conversed(question, case=park)
    assert answer.verdict == verdict, answer.text
    assert said in answer.text


def test_what_stands_in_the_way_of_one_type_stands_in_that_of_another(park: Assessment) -> None:
    """卡我们吗 is a yes where it does."""
    answer = conversed("我们能报上吗", "那改报国际技术转移中心，这次事故还卡不卡我们？", case=park)
    assert answer.verdict == "yes", answer.text
