"""Questions about an application: rows, reasons, what if, particulars, other types, a summary; follow-ups and talk."""
from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from api.cli import main
from assistant.answering import answering
from assistant.dialogue.results import Result
from assistant.dialogue.tools import Labelled, Tools
from assistant.judging import assessing
from ingestion.domain import Answer, Assessment
from ingestion.parsing.text import from_string
from tests.support import samples
from tests.support.conversations import conversed

ROWS = [f"| {number} | 膜材料研究之{number} | 重庆澄江研究院；慕尼黑工业大学 | 2024 | SCI |" for number in range(1, 20)]
ROWS += ["| 20 | 早年的膜材料研究 | 重庆澄江研究院 | 2019 | SCI |",
         "| 21 | 国内核心期刊论文 | 重庆澄江研究院 | 2024 | 北大核心 |"]
LEDGER = ("发表SCI或EI论文清单\n\n| 序号 | 论文题目 | 作者单位 | 发表年份 | 收录 |\n|---|---|---|---|---|\n"
          + "\n".join(ROWS))
FORM = ("重庆澄江研究院有限公司申报国际联合研究中心。\n\n联系人：王芳，电话：023-61234567。\n\n"
        "公司注册地址为重庆市北碚区云汉大道1号，是独立法人。\n\n"
        "公司近三年没有发生过环境污染责任事故和安全生产责任事故，没有科研诚信方面的问题。\n")


@pytest.fixture(scope="module")
def case() -> Assessment:
    documents = [from_string(LEDGER, "论文清单.md"), from_string(FORM, "申报书.txt")]
    return assessing.assess_documents(documents, samples.policy(), samples.BASE_TYPE, date(2025, 6, 30))


def ask(case: Assessment, *questions: str) -> Answer:
    """The answer to the last of questions that follow each other."""
    return conversed(*questions, case=case)


@pytest.mark.parametrize(("question", "verdict", "said"), [
    ("论文够20篇吗？", "no", "还差1篇"),
    ("要是再发两篇呢，够吗？", "yes", "19+2=21篇"),
    ("如果年内再正式发表两篇，其他不变，论文总数能达标吗？", "yes", "19+2=21篇"),
    ("会议摘要、北大核心的论文能算进去吗", "no", "北大核心"),
    ("国际合作领导小组可以当作专职的国际合作管理机构吗", "no", "仅有领导小组、委员会"),
    ("如果撤稿1篇，论文还够吗？", "no", "19-1=18篇"),
    ("2019年那篇也算上，可以吗", "no", "统计期之外"),
    ("第21行那篇算不算", "no", "不是SCI或EI收录"),
    ("有没有出过安全事故", "no", "没有"),
    ("改报国际创新园行不行", "open", "国际创新园"),
    ("总体能过吗", "no", "不符合"),
    ("要是再发1篇，同时第20行那篇也算上，够了吗", "yes", "19+1+1=21篇"),
    ("第20行那篇要是批下来了，再发1篇，够不够", "yes", "21篇"),
    ("全国86篇能算他们的吗", "no", "19篇"),
    ("核心期刊的算不算", "no", "不是SCI或EI收录"),
    ("没有海外研发团队影响他们申报吗", "no", "这是国际创新园的条件"),
])
def test_verdicts_about_a_case(case: Assessment, question: str, verdict: str, said: str) -> None:
    """By the rules, from what counts; a change is said to be supposed."""
    answer = ask(case, question)
    assert answer.verdict == verdict, answer.text
    assert said in answer.text


@pytest.mark.parametrize(("question", "said"), [
    ("哪些论文没算，为什么？", "国内核心期刊论文"),
    ("论文是怎么算出来的", "论文清单.md"),
    ("联系人是谁", "王芳"),
    ("三年从哪天开始算", "2022年1月1日"),
    ("总结一下这份申报", "国际联合研究中心"),
    ("还差什么", "还差以下"),
    ("核心期刊那篇为什么没算", "不是SCI或EI收录"),
])
def test_what_the_page_shows_is_answered(case: Assessment, question: str, said: str) -> None:
    """What stands on the page beside the chat can be asked for."""
    answer = ask(case, question)
    assert answer.answerable
    assert said in answer.text, answer.text


def test_a_summary_has_ten_lines_with_places(case: Assessment) -> None:
    """Ten lines at most, beside the places they rest on."""
    answer = ask(case, "帮我总结一下")
    lines = [line for line in answer.text.split("\n") if not line.startswith(("论文清单", "申报书", "另有"))]
    assert 4 <= len(lines) <= 10
    assert any(one.document for one in answer.citations)


def test_a_topic_goes_on_only_where_the_question_does(case: Assessment) -> None:
    """中外联合的呢 is asked as the papers were; a contact and a provision are not about papers."""
    assert "中外联合" in ask(case, "论文够20篇吗？", "中外联合的呢").text.split("\n")[0]
    assert "王芳" in ask(case, "论文够20篇吗？", "联系人是谁").text
    assert [one.ref for one in ask(case, "论文够20篇吗？", "公示要几天？").citations] == ["第十一条（四）"]
    assert not ask(case, "论文够20篇吗？", "今天天气怎么样").answerable


def test_what_no_document_says_is_not_answered(case: Assessment) -> None:
    """A label that is asked for and that no document has gets no other passage."""
    answer = ask(case, "负责人的手机号是多少？")
    assert not answer.answerable
    assert "023" not in answer.text


def test_an_answer_is_said_again_in_english(case: Assessment) -> None:
    """The question before is answered once more in the language asked for."""
    answer = ask(case, "论文够20篇吗？", "用英文说")
    assert answer.language == "en"
    assert answer.verdict == "no"


@pytest.mark.parametrize("question", ["你好", "谢谢", "你能做什么？", "你是谁", "再见", "Hi, who are you?", "Thanks!"])
def test_talk_is_met_without_an_article(case: Assessment, question: str) -> None:
    """In a sentence or two, and answerable."""
    answer = ask(case, question)
    assert answer.answerable
    assert answer.citations == ()


def test_tools_give_results_and_refuse_what_they_cannot_use(case: Assessment) -> None:
    """Figures are read from the words; labels that contradict the reading, and figures left out, are refused."""
    policy = samples.policy()
    advisor = answering.advisor(policy)
    question = advisor.reader.read("我们有18篇，其中3篇还没见刊，够不够20篇？")
    tools = Tools(policy, advisor.topics, advisor.reader, question, assessment=case)

    def compare(*labels: tuple[str, str]) -> Result:
        return tools.compare("8.2.papers", [Labelled(*one) for one in labels])

    right = compare(("我们有18篇", "have"), ("其中3篇还没见刊", "lost"), ("够不够20篇", "claimed_bar"))
    assert (right.verdict, right.error) == ("no", "")
    assert right.figures[0].interval.low == 15
    assert "not labelled" in compare(("我们有18篇", "have")).error
    assert "reads as" in compare(("我们有18篇", "have"), ("其中3篇还没见刊", "lost"), ("够不够20篇", "have")).error
    assert "does not stand" in compare(("我们有99篇", "have")).error
    assert tools.recompute([{"kind": "add", "fact": "sci_ei_papers", "amount": 1}]).verdict == "yes"
    assert tools.rows("sci_ei_papers", "no").quotes
    assert tools.policy_lookup("第九十九条").error
    assert tools.findings("8.2.papers").verdict == "no"
    assert tools.compare_types(["innovation_park"]).hypothetical


def test_a_batch_takes_cases_and_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The earlier questions are asked before; a case is read once and found by its folder."""
    monkeypatch.setenv("GUOHE_EMBEDDING", "off")
    folder = tmp_path / "cases" / "one"
    (folder / "documents").mkdir(parents=True)
    (folder / "documents" / "清单.md").write_text(LEDGER, encoding="utf-8")
    (folder / "case.json").write_text(json.dumps({"id": "one", "base_type": samples.BASE_TYPE,
                                                  "application_date": "2025-06-30"}), encoding="utf-8")
    lines = [{"id": "a", "question": "论文够20篇吗？", "case": "one"},
             {"id": "b", "question": "如果再发1篇呢？", "case": "one", "turns": ["论文够20篇吗？"]},
             {"id": "c", "question": "公示要几天？", "case": None}]
    (tmp_path / "q.jsonl").write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in lines), encoding="utf-8")
    out = tmp_path / "a.jsonl"
    assert main(["ask", "--batch", str(tmp_path / "q.jsonl"), "--cases", str(tmp_path / "cases"), "--json",
                 str(out)]) == 0
    answers = {row["id"]: row for row in map(json.loads, out.read_text(encoding="utf-8").splitlines())}
    assert answers["a"]["verdict"] == "no"
    assert "19+1=20篇" in answers["b"]["answer"]
    assert answers["c"]["verdict"] is None


def test_the_whole_is_asked_of_what_was_supposed(case: Assessment) -> None:
    """那整个申报呢 goes on from the supposition, and speaks of all conditions first."""
    answer = ask(case, "如果再发表两篇SCI论文，论文总数够20篇吗？", "那整个申报就能通过了吗？")
    assert answer.verdict == "open", answer.text
    assert answer.text.index("总体") < answer.text.index("19+2=21篇")
