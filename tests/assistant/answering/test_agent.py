"""A language model with tools: what it looks up, and what rules make of it."""
from __future__ import annotations

import itertools
import json
import re
from collections.abc import Sequence

import pytest
from langchain_core.messages import BaseMessage

from assistant.agent import graph
from assistant.dialogue.asker import extracted
from ingestion.domain import Assessment, Mode
from tests.assistant.answering.asked_agent import COMPARE, HAVE, PAPERS, SHOWN, TERMS, Told, ask, plain, same
from tests.assistant.answering.scripted_chat import calling
from tests.assistant.answering.test_injection import OBEYING
from tests.support.samples import assessment, policy


@pytest.fixture(scope="module", autouse=True)
def _imported() -> None:
    """Langchain takes seconds to import: not within the deadline of a test."""
    ask(PAPERS, "SETTLES r1", timeout=60)


@pytest.fixture(scope="module")
def case() -> Assessment:
    return assessment(policy())


# What it does well ----------------------------------------------------------------------------------------------------

def test_one_request_words_what_was_found() -> None:
    """The answer without a model opens the first request; a model that needs nothing more is asked once."""
    told = ask(PAPERS, f"SETTLES r1\n{SHOWN}[1][2]")
    assert told.answer.mode is Mode.LLM
    assert told.sentences == ["近三年SCI或EI论文20篇（含）以上（第八条（二））。"]
    assert told.answer.text.startswith(told.sentences[0])
    assert len(told.model.seen) == 1
    assert told.answer.citations == plain(PAPERS).citations


def test_the_draft_as_it_stands_is_an_answer() -> None:
    """SETTLES r1 and nothing else: the answer without a model, word for word."""
    assert same(ask(PAPERS, "SETTLES r1").answer, plain(PAPERS))


def test_a_tool_counts_and_rules() -> None:
    """The model labels the words of the question; code subtracts, reads the bar and gives the verdict, which leads."""
    told = ask(HAVE, calling(COMPARE), "SETTLES r2\nSCI或EI论文15篇，不到“20篇（含）以上”，还差5篇。[4]")
    assert told.answer.verdict == "no"
    assert told.sentences == ["不够。SCI或EI论文15篇，不到“20篇（含）以上”，还差5篇。"]
    assert "18-3=15" in told.results()[0]
    assert told.steps == ["与“近三年SCI或EI论文”的要求比较"]
    assert [(one.tool, one.result) for one in told.answer.trace] == [("compare", "r2")]


def test_what_the_results_need_said_is_said() -> None:
    """A line of a result that settles the question and that no sentence says is added in the project's own words."""
    told = ask(HAVE, calling(COMPARE), "SETTLES r2\n还差5篇。[4]")
    assert told.answer.text.startswith("不够。")
    assert "18-3=15篇" in told.answer.text


@pytest.mark.parametrize("order", [*itertools.permutations(TERMS)])
def test_the_order_of_terms_changes_nothing(order: Sequence[dict[str, str]]) -> None:
    """Permuted terms come to the same."""
    told = ask(HAVE, calling(("compare", {"criterion": "8.2.papers", "terms": list(order)})), "SETTLES r2")
    assert "18-3=15篇" in told.results()[0]


@pytest.mark.parametrize("roles", [one for one in itertools.permutations(("have", "lost", "claimed_bar"))
                                   if one != ("have", "lost", "claimed_bar")])
def test_permuted_roles_never_turn_the_verdict(roles: Sequence[str]) -> None:
    """Wrong labels are refused where code is certain, and the answer without a model stands against them."""
    terms = [{**term, "role": role} for term, role in zip(TERMS, roles, strict=True)]
    told = ask(HAVE, calling(("compare", {"criterion": "8.2.papers", "terms": terms})), "SETTLES r2\n够了。[2]")
    assert told.answer.verdict == "no"
    assert same(told.answer, plain(HAVE))


def test_a_figure_that_was_altered_is_caught() -> None:
    """Each figure of a right answer, changed by one: that sentence is not shown."""
    right = "SCI或EI论文18-3=15篇，不到“20篇（含）以上”，还差5篇。[4]"
    assert ask(HAVE, calling(COMPARE), f"SETTLES r2\n{right}").sentences
    for match in re.finditer(r"\d+(?!\])", right):
        for number in (int(match[0]) + 1, int(match[0]) + 10):
            wrong = right[:match.start()] + str(number) + right[match.end():]
            assert not ask(HAVE, calling(COMPARE), f"SETTLES r2\n{wrong}").sentences, wrong


def test_a_clause_is_found_where_the_draft_has_none() -> None:
    """A search of the policy gives the clause; its words may be said, with its number."""
    question = "国合基地之间的联盟有什么说法？"
    told = ask(question, calling(("policy_lookup", {"ref": "第十二条（四）"})),
               lambda seen: f"SETTLES r2\n支持以联盟的形式加强国合基地间的合作交流。[{last_number(seen)}]")
    assert told.sentences == ["支持以联盟的形式加强国合基地间的合作交流（第十二条（四））。"]
    assert "第十二条（四）" in [one.ref for one in told.answer.citations]


def last_number(seen: Sequence[BaseMessage]) -> str:
    return re.findall(r"^\[(\d+)\]", str(seen[-1].content), re.MULTILINE)[-1]


def test_a_case_is_answered_from_its_rows_and_findings(case: Assessment) -> None:
    """Tools of the case are there with a case only, bound to it: no argument names one."""
    told = ask("论文够吗？", calling(("findings", {"criterion": "8.2.papers"}), ("rows", {"fact": "sci_ei_papers"})),
               "SETTLES r2", case=case)
    assert {"findings", "rows", "recompute", "documents_search"} <= set(told.model.offered[0])
    assert not {"findings", "rows"} & set(ask(PAPERS, "SETTLES r1").model.offered[0])
    assert told.answer.verdict == plain("论文够吗？", case).verdict
    assert len(told.results()) == 2


def test_a_supposition_settles_only_what_supposes(case: Assessment) -> None:
    """A result under a supposition is no answer to a question that supposes nothing, and is said with its if."""
    more = calling(("recompute", {"changes": [{"kind": "add", "fact": "sci_ei_papers", "amount": 5}]}))
    told = ask("论文够吗？", more, "SETTLES r2\n够。[3]", case=case)
    assert told.answer.verdict == plain("论文够吗？", case).verdict
    assert not told.sentences


# What it must not -----------------------------------------------------------------------------------------------------

def test_the_verdict_is_never_the_models() -> None:
    """够了 is dropped, and a settled answer without a model stands against results that say otherwise."""
    told = ask(HAVE, "SETTLES r1\n够了，符合要求。[1][2]")
    assert same(told.answer, plain(HAVE))


def test_results_against_the_draft_do_not_turn_it() -> None:
    """The difference is written down."""
    terms = [{"span": "我们有21篇", "role": "have"}]
    question = "我们有21篇，其中2篇是综述，够不够？"
    told = ask(question, calling(("compare", {"criterion": "8.2.joint_papers", "terms": terms})), "SETTLES r2\n够。[3]")
    assert told.answer.verdict == plain(question).verdict


def test_the_asker_s_figures_by_their_roles_may_take_back_a_yes_and_settle_what_is_open() -> None:
    """Where code's own reading adds a sum to its parts, or does not see what is of both kinds; a no is never turned."""
    question = "近三年见刊的SCI/EI一共17篇，另外4篇刚录用还没登，能凑成21篇报联合研究中心吗"
    terms = [{"span": "一共17篇", "role": "have"}, {"span": "另外4篇", "role": "uncounted"},
             {"span": "凑成21篇", "role": "total"}]
    told = ask(question, calling(("compare", {"criterion": "8.2.papers", "terms": terms})), "SETTLES r2")
    assert told.answer.verdict == "no"
    assert "17篇，不到“20篇（含）以上”，还差3篇" in told.answer.text
    both = "我们园区高新技术企业8家、创新型企业5家，其中2家两个称号都有，企业数够了吗？"
    terms = [{"span": "高新技术企业8家", "role": "have"}, {"span": "创新型企业5家", "role": "have"},
             {"span": "其中2家", "role": "overlap"}]
    told = ask(both, calling(("compare", {"criterion": "6.2.enterprises", "terms": terms})), "SETTLES r2")
    assert told.answer.verdict == "yes"
    assert "8+5-2=11户" in told.answer.text
    lifted = [{"span": "我们有18篇", "role": "have"}, {"span": "其中3篇还没见刊", "role": "part"}]
    told = ask("我们有18篇，其中3篇还没见刊，够不够？", calling(("compare", {
        "criterion": "8.2.joint_papers", "terms": lifted})), "SETTLES r2")
    assert told.answer.verdict == plain("我们有18篇，其中3篇还没见刊，够不够？").verdict


TRANSFERS = "向国外转出技术2项，从德国引进给重庆企业1项，都验收了，技术转移项数达到要求了吗？"


def compared(question: str, criterion: str, **roles: str) -> Told:
    """What becomes of a question whose figures a model labels so."""
    terms = [{"span": span, "role": role} for span, role in roles.items()]
    return ask(question, calling(("compare", {"criterion": criterion, "terms": terms})), "SETTLES r2")


def test_a_no_turns_where_the_extractor_counts_what_the_labels_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """A figure that the chat took for another fact's: the labels name it, and the extractor reads the very sum."""
    monkeypatch.setattr(extracted, "decided", lambda terms, *_: list(terms))
    assert plain(TRANSFERS).verdict == "no"
    told = compared(TRANSFERS, "7.4.transfers", 转出技术2项="have", 重庆企业1项="have")
    assert told.answer.verdict == "yes"
    assert "2+1=3项" in told.answer.text
    less = compared(TRANSFERS, "7.4.transfers", 转出技术2项="have", 重庆企业1项="lost")
    assert less.answer.verdict == "no"


@pytest.mark.parametrize(("question", "criterion", "roles"), [
    ("技术转移做成了2项，明年还有1项准备签，够吗？", "7.4.transfers", {"做成了2项": "have", "还有1项": "have"}),
    ("技术转移做成了2项，明年还有1项准备签，够吗？", "7.4.transfers", {"做成了2项": "have", "还有1项": "added"}),
    ("园里12家高企，今年搬走3家，户数还够吗？", "6.2.enterprises", {"12家高企": "have", "搬走3家": "part"}),
    ("园里12家高企，今年搬走3家，户数还够吗？", "6.2.enterprises", {"12家高企": "have", "搬走3家": "uncounted"}),
    ("驻外的2个人，老周下个月回国不去了，人数还满足吗？", "9.2.staff", {"驻外的2个人": "have"}),
    ("近三年论文18篇，另有2篇在审，够吗？", "8.2.papers", {"论文18篇": "have", "另有2篇": "have"}),
    ("近三年论文24篇，联合发表4篇，论文这一条够吗？", "8.2.papers", {"论文24篇": "have", "联合发表4篇": "part"}),
    ("高企8家、创新型企业4家，互不重复，海外研发团队1个，第六条第二项的数够吗？", "6.2.enterprises",
     {"高企8家": "have", "创新型企业4家": "have"}),
    ("近三年论文18篇，够20篇吗？", "8.2.papers", {"论文18篇": "have", "够20篇": "have"}),
    ("近三年论文18篇，够20篇吗？", "8.2.papers", {"论文18篇": "have", "18篇": "have"}),
])
def test_a_model_that_names_too_much_or_too_little_wins_nothing(question: str, criterion: str,
                                                               roles: dict[str, str]) -> None:
    """What is planned, lost, counted twice or left out of the labels never turns a no."""
    assert plain(question).verdict == "no"
    assert compared(question, criterion, **roles).answer.verdict == "no"


def test_money_of_another_currency_leaves_the_sum_open() -> None:
    """However it is labelled: no rate is given."""
    question = "海外中心这三年花了180万人民币，还有30万欧元没折算过，经费线够不够？"
    for role in ("have", "uncertain"):
        terms = [{"span": "180万人民币", "role": "have"}, {"span": "30万欧元", "role": role}]
        told = ask(question, calling(("compare", {"criterion": "9.4.funding", "terms": terms})), "SETTLES r2")
        assert told.results()[0].startswith("r2 结论 open")
        assert told.answer.verdict == "open"
        assert "30万欧元没有给出折算人民币的汇率" in told.answer.text


def test_what_the_model_does_not_label_and_adds_nothing_is_read_by_code() -> None:
    """A bar and a total need no label; what is left out of a sum keeps the policy's reason."""
    question = "近三年见刊的SCI/EI一共17篇，另外4篇刚录用还没登，能凑成21篇报联合研究中心吗"
    terms = [{"span": "一共17篇", "role": "have"}, {"span": "另外4篇", "role": "uncounted"}]
    told = ask(question, calling(("compare", {"criterion": "8.2.papers", "terms": terms})), "SETTLES r2")
    assert told.results()[0].startswith("r2 结论 no")
    assert "未发表" in told.answer.text


def test_calls_that_were_all_refused_cost_no_request() -> None:
    """The model is told what is wrong with them; twice at most."""
    wrong = [calling(("compare", {"criterion": "8.2.papers", "terms": [{"span": f"{number}篇", "role": "have"}]}))
             for number in (40, 41)]
    searches = [calling(("policy_search", {"query": f"论文{number}"})) for number in range(3)]
    told = ask(HAVE, *wrong, *searches, calling(COMPARE), "SETTLES r2\n还差5篇。[4]")
    assert len(told.model.seen) == graph.MOST_REQUESTS + graph.MOST_AGAIN
    assert "name exactly one of" in told.results()[0] or "does not stand in the question" in told.results()[0]
    endless = ask(HAVE, *[calling(("policy_lookup", {"ref": f"第{number}条"})) for number in range(90, 99)])
    assert len(endless.model.seen) == graph.MOST_REQUESTS + graph.MOST_AGAIN
    assert same(endless.answer, plain(HAVE))


def test_unknown_results_and_sources_are_nothing() -> None:
    """SETTLES r9 and [99] name nothing."""
    assert same(ask(PAPERS, f"SETTLES r9\n{SHOWN}[99]").answer, plain(PAPERS))


def test_words_of_documents_are_no_source(case: Assessment) -> None:
    """What a search finds in documents is material: its words may stand in a sentence as a numbered quotation only."""
    told = ask("研究院在哪里？", calling(("documents_search", {"query": "膜法水处理"})),
               "SETTLES r2\n研究院在膜法水处理领域领先。[2]", case=case)
    assert "领先" not in told.answer.text
    assert re.search(r"引文\d+ = .*膜法水处理", told.results()[0])


def test_a_copied_quotation_is_the_numbered_one(case: Assessment) -> None:
    """Words in quotation marks that stand in a result's material are shown as the whole quotation, word for word; words
    that stand nowhere are not."""
    found = ask("研究院在哪里？", calling(("documents_search", {"query": "膜法水处理"})), "SETTLES r2", case=case)
    match = re.search(r"(引文\d+) = ([^\n]*膜法水处理[^\n]*) \(附件\d\)", found.results()[0])
    assert match is not None
    name = re.search(rf"\[(\d+)\] {match[1]}（(附件\d)）", found.results()[0])
    assert name is not None
    piece = match[2][max(0, match[2].index("膜法水处理") - 4):][:16]
    for words, shown in ((piece, True), (piece + "世界第一", False)):
        told = ask("研究院在哪里？", calling(("documents_search", {"query": "膜法水处理"})),
                   f"SETTLES r2\n{name[2]}写的是“{words}”。[{name[1]}]", case=case)
        assert bool(told.sentences) is shown
        assert "世界第一" not in told.answer.text


def test_whether_a_named_row_counts_may_take_back_a_yes_and_no_more(case: Assessment) -> None:
    """rows with a name gives the rows that hold it and whether they count; a name in no row that counts does not."""
    row = next(one for one in case.facts["sci_ei_papers"].evidence if "\t" in one.quote or " " in one.quote)
    name = max(re.split(r"[\t|]", row.quote), key=len).strip()
    told = ask("论文够吗？", calling(("rows", {"query": name}), ("rows", {
        "fact": "sci_ei_papers", "query": "没有这样的题目"})), "SETTLES r1", case=case)
    assert "结论 yes" in told.results()[0] or "结论 no" in told.results()[0]
    assert "结论 no" in told.results()[1]


def test_names_of_documents_do_not_reach_the_model(case: Assessment) -> None:
    """In no request, whatever tools it calls."""
    told = ask("论文够吗？", calling(("findings", {}), ("rows", {"fact": "sci_ei_papers"}), (
        "documents_search", {"query": "论文"}), ("facts", {"keys": ["sci_ei_papers"]})), "SETTLES r1", case=case)
    asked = json.dumps([[str(one.content) for one in seen] for seen in told.model.seen], ensure_ascii=False)
    assert not any(one.name in asked for one in case.documents)
    assert "附件1" in asked


def test_identifiers_are_placeholders_and_come_back_to_tools() -> None:
    """A telephone number in the question reaches no model; a tool that is given its placeholder gets the number."""
    question = "联系人13812345678问：我们有18篇SCI论文，够不够？"
    told = ask(question, calling(("policy_search", {"query": "〔手机号#1〕 论文"})), "SETTLES r1")
    asked = json.dumps([[str(one.content) for one in seen] for seen in told.model.seen], ensure_ascii=False)
    assert "13812345678" not in asked


def test_requests_are_the_same_byte_for_byte() -> None:
    """No clock, no random id: what was recorded once is found again."""
    first, second = (ask(HAVE, calling(COMPARE), "SETTLES r2\n还差5篇。[4]") for _ in range(2))
    assert [[one.content for one in seen] for seen in first.model.seen] == [
        [one.content for one in seen] for seen in second.model.seen]


@pytest.mark.parametrize("question", ["论文够吗？", "能申报吗？", "还差什么？", PAPERS])
def test_a_model_that_obeys_documents_settles_nothing(question: str, case: Assessment) -> None:
    """It looks at everything and then says what documents order it to, by every source that it was given: nothing of it
    is shown, and the verdict is the rules'."""
    def obeys(seen: Sequence[BaseMessage]) -> str:
        numbers = re.findall(r"^\[(\d+)\]", "\n".join(str(one.content) for one in seen), re.MULTILINE)
        said = [re.sub(r"\[1\]", f"[{number}]", one) for number in dict.fromkeys(numbers) for one in OBEYING]
        return "SETTLES r1,r2,r3\n" + "".join(said)[:6_000]

    told = ask(question, calling(("findings", {}), ("documents_search", {"query": "论文"})), obeys, case=case)
    assert told.sentences == []
    assert told.answer.verdict == plain(question, case).verdict
