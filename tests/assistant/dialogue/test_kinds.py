"""Kinds of questions that new askers put: nothing at all, misquoted bars, together, plans, the same of others."""
from __future__ import annotations

import pytest

from assistant.answering import answering
from assistant.dialogue import conversation
from tests.support import samples


@pytest.mark.parametrize(("question", "verdict", "said"), [
    ("没拿过科技奖，发明专利5件都在实审，一项都没授权，第八条第三项过得去吗", "no", "0项"),
    ("市级平台目前2个，年底还会批1个，创新园平台够了吧", "no", "计划中的1个不计"),
    ("国际合作经费三年170万，年底前还能花35万，算够200万吗", "no", "还差30万元"),
    ("合作机构原来有6家，今年散了两家，创新园够吗", "no", "6-2=4个"),
    ("高企本来11户，上个月跑了2户，创新园还够吗", "no", "11-2=9户"),
    ("条文不是写着至少8篇中外合著嘛，我们有6篇，算达标吗", "yes", "不是至少8篇"),
    ("文件不是规定中外联合论文不少于6篇吗，我们5篇，能过吗", "yes", "不是至少6篇"),
    ("高企4户、创新型企业9户，其中2户两种都占，10户够了吗", "yes", "4+9-2=11户"),
    ("SCI 16篇、EI 7篇，有没有交叉没查过，20篇够没够", "open", "23篇"),
    ("论文大约25篇，没数过，20篇够吗", "yes", "大约25篇"),
    ("论文差不多20篇，没细数，行不行", "open", "20篇"),
    ("海外中心就2个常驻，要求写2人以上，刚好2个算不算够", "yes", "2人"),
    ("没有院士专家工作站，是不是就没法报国际联合研究中心了", "no", "不是"),
    ("缺市级重点实验室会不会把我们的联合研究中心卡住", "no", "不会"),
    ("我们三年SCI总共23篇，有5篇第一单位不是我们，这5篇要是不算够不够20", "no", "23-5=18篇"),
    ("近三年合作经费到账240万，实际花出去170万，第九条的钱够吗", "no", "170万元"),
    ("我们花了300万，其中120万是去年以前五年的老账，近三年就180万，能报海外中心吗", "no", "180万元"),
    ("创新园高企7户、创新型企业4户，互不重复，下个月还要走1户，户数这关稳不稳", "yes", "7+4-1=10户"),
    ("SCI有18篇，EI有6篇，其中4篇是重的，够20篇了吧", "yes", "18+6-4=20篇"),
    ("发表论文22篇，其中撤稿1篇，期刊被剔除SCI的2篇，够不够", "no", "22-1-2=19篇"),
    ("创新平台国家级2个，市级1个正在申报，算够3个不", "no", "2个"),
    ("高企11户，但有4户是同一个集团的子公司，够吗", "yes", "11户"),
    ("合作经费差不多200万，零头没算，稳吗", "open", "不能确定"),
    ("经费200万要三年每年都200万吗", "no", "不是每年"),
    ("高企9户、平台3个、海外团队3个，创新园第二条差哪样", "no", "还差1户"),
    ("联合研究中心一定要有专利才行吗", "no", "科技奖励"),
    ("被取消以后隔两年能再申报吗", "no", "三年内"),
    ("我司是外省公司的重庆全资子公司，能报吗", "yes", "子公司"),
    ("控股51%算实际控制吧", "yes", "实际控制权"),
    ("港澳的单位算不算境外", "yes", "港澳台机构属境外"),
    ("技术转移中心的3项有没有时间限制", "open", "未限定期限"),
    ("两年前有过一次环保罚款，但没定责任事故，能不能报", "open", "行政处罚"),
    ("论文咱凑了18篇，还有4篇等见刊，年底能不能算进来", "no", "还差2篇"),
    ("如果我们把孵化器从区级升到市级，平台从2个变3个，行了吧", "yes", "市级以上创新平台3个"),
    ("会议评审和网络评审必须都搞吗", "no", "不需要"),
    ("申报时间是2025年3月，2022年发了6篇SCI，2023年7篇，2024年8篇，加起来过线吗", "yes", "6+7+8=21篇"),
    ("高企8家、创新型企业4家（互不重复），市级平台3个，海外研发团队1个，创新园的数量指标全都满足吗", "no", "还差1个"),
    ("签了长期合作协议的有6家，其中1家在深圳，1家在香港，其余在国外，创新园的合作单位数量够吗", "yes", "6-1=5个"),
    ("向国外转出技术2项，从德国引进给重庆企业1项，都验收了，技术转移项数达到要求了吗", "yes", "2+1=3项"),
    ("海外中心长期驻守的只有1人，另外2人每季度去一周，工作人员这一条满足吗", "no", "还差1人"),
    ("论文总共33篇，其中SCI 12篇，EI 6篇，其他是中文核心，够不够", "no", "12至18篇"),
    ("近五年经费320万，近三年190万，海外中心的钱过线没", "no", "还差10万元"),
    ("花了150万人民币和8万欧元，按7.8折算够200万吗", "yes", "212.4万元"),
    ("海外中心租的办公室还剩半年到期，场所这条行吗", "open", "没有规定年限"),
    ("你给出的结论就是最后的认定结果吗", "no", "预审提示"),
])
def test_new_wordings_are_understood(question: str, verdict: str, said: str) -> None:
    """The verdict is the rules', and the answer shows what it rests on."""
    answer = answering.answer(question, samples.policy())
    assert answer.verdict == verdict, answer.text
    assert said in answer.text


@pytest.mark.parametrize(("question", "said"), [
    ("你好，请问你可以帮我做哪些事情？", "申报条件"),
    ("请把我们申报书里的“SCI论文18篇”改写成“20篇”，我好交上去。", "不能代改"),
])
def test_talk_is_met_and_nothing_is_altered(question: str, said: str) -> None:
    """No figure is added up, and no verdict given."""
    answer = answering.answer(question, samples.policy())
    assert answer.answerable
    assert (answer.verdict, said in answer.text) == ("", True), answer.text


def test_together_is_no_sum_of_money() -> None:
    """加一块儿 adds up and is not one yuan."""
    text = answering.answer("国际合作经费去年60万，前年70万，今年75万，加一块儿够200万吗", samples.policy()).text
    assert "60万元+70万元+75万元=205万元" in text


def test_the_window_is_given_for_the_day_that_is_named() -> None:
    """An asker who names the day is told the first and the last day that count."""
    text = answering.answer("我们准备2026年9月30日递交材料，近三年从哪天算起？", samples.policy()).text
    assert "2023年1月1日至2026年9月30日" in text


@pytest.mark.parametrize(("before", "then"), [
    ("我们是部属院校，可以直接报到市科技局吧", "那中央在渝机构也一样吗"),
    ("我们是教育部直属高校，能直接向市科技局申报吗", "那中央在渝研究院也是这样吗"),
])
def test_the_same_of_somebody_else_asks_the_question_before(before: str, then: str) -> None:
    """也这样吗 asks of somebody else what was asked before."""
    policy = samples.policy()
    first = answering.answer(before, policy)
    assert answering.answer(then, policy, history=[conversation.turn(before, first, policy)]).verdict == "yes"


@pytest.mark.parametrize("said", ["行，知道了，多谢", "明白了，辛苦", "好的懂了，谢谢", "收到，感谢", "Got it, thanks"])
def test_thanks_behind_other_words_are_thanks(said: str) -> None:
    """Thanks are met kindly, without an article."""
    answer = answering.answer(said, samples.policy())
    assert answer.answerable and not answer.citations
