"""Retrieval across applicants: applications that are alike to a word, and never a passage of another's.

In small here, with all applications and some questions; with 5,000: `python -m tests.long retrieval`.
"""
from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from api.service import versions
from assistant.dialogue.application.lines import of as lines_in
from assistant.dialogue.application.particulars import sentences as passages
from assistant.retrieving.retrieval import Retriever
from ingestion.domain import Document, Passage, Span
from ingestion.indexing.index import FlatIndexes, VectorIndex, VectorIndexes
from ingestion.indexing.store import MEMORY, SqliteStore
from tests.support.hashing import Hashing
from tests.support.samples import form_document
from tests.support.web_samples import Client, Installation, installation

APPLICATIONS, QUESTIONS = 200, 400
MARK = re.compile("海棠第\\d{3}号")
TOPICS = ("膜组件的使用寿命", "合作协议的签订", "专职管理人员", "中试车间的面积", "联合发表的论文", "经费来源",
          "海外机构的名称")
FORMS = ("材料里{topic}是怎么写的？", "{topic}在哪里提到？", "{mark}的{topic}是什么情况？",
         "关于{topic}，{mark}写了什么？", "{topic}{mark}", "我们的{topic}呢？")


def mark(number: int) -> str:
    return f"海棠第{number:03}号"


def text(number: int) -> str:
    """An application that differs from the others by its mark alone, which every sentence of it carries."""
    return "".join(f"{mark(number)}项目的{topic}：{mark(number)}课题组已在附件中逐项写明，"
                   f"由{mark(number)}依托单位的国际合作处负责，相关材料自项目开始以来每半年核对一次，{mark(number)}的材料由专人保管，复核意见记在台账里。\n"
                   for topic in TOPICS)


def questions(count: int, seed: int = 1) -> Iterator[tuple[int, str]]:
    """Whose application is asked, and what: half of the questions name another applicant's mark."""
    chance = random.Random(seed)
    for _ in range(count):
        asked = chance.choice(FORMS).format(topic=chance.choice(TOPICS), mark=mark(chance.randrange(APPLICATIONS)))
        yield chance.randrange(APPLICATIONS), asked


@dataclass
class Open(VectorIndexes):
    """An index without its filter: it finds the nearest of everybody's."""

    ids: list[str] = field(default_factory=list)
    vectors: list[NDArray[np.float32]] = field(default_factory=list)
    given: int = 0
    foreign: int = 0

    def open(self, collection: str, _model: str, ids: Sequence[str], vectors: NDArray[np.float32]) -> VectorIndex:
        named = [f"{collection} {one}" for one in ids]
        self.ids += named
        self.vectors += list(vectors)
        index, own = self, set(named)

        class Everybody:
            def search(self, vector: NDArray[np.float32], count: int) -> list[tuple[str, float]]:
                cosines = np.stack(index.vectors) @ vector
                nearest = np.argsort(-cosines)[:count]
                index.given += len(nearest)
                index.foreign += sum(index.ids[place] not in own for place in nearest)
                return [(index.ids[place].partition(" ")[2], float(cosines[place])) for place in nearest]

        return Everybody()


def documents() -> list[Document]:
    return [form_document(f"申报书{number}.docx", text(number)) for number in range(APPLICATIONS)]


def cut(document: Document) -> list[Passage]:
    """A passage for each line."""
    return [Passage(f"{document.name}:{one.start()}", document.name, Span(*one.span()), one[0])
            for one in re.finditer(".+", document.text)]


def searched(indexes: VectorIndexes, count: int) -> tuple[int, list[str]]:
    """How many passages were found over `count` questions, and those that are not the asked application's."""
    store, embedder, read = SqliteStore(MEMORY), Hashing(), documents()
    retrievers = [Retriever(f"application-{number}", cut(one), store=store, indexes=indexes,
                            embedder=embedder) for number, one in enumerate(read)]
    assert all(one.prepare() for one in retrievers)
    found, foreign = 0, []
    for number, question in questions(count):
        for hit in retrievers[number].search(question):
            span = hit.passage.span
            found += 1
            if hit.passage.text != read[number].text[span.start:span.end] or \
                    set(MARK.findall(hit.passage.text)) != {mark(number)}:
                foreign.append(f"{number}: {question}: {hit.passage.text}")
    return found, foreign


def test_no_passage_of_another_application_is_found() -> None:
    """200 that are alike to a word: each finds its own passages, also where the question names another's."""
    found, foreign = searched(FlatIndexes(), QUESTIONS)
    assert found > QUESTIONS
    assert foreign == []


def test_no_passage_of_another_application_is_found_where_the_index_has_lost_its_filter() -> None:
    """The index gives the nearest of everybody's, nearly all of them foreign; none comes through."""
    index = Open()
    found, foreign = searched(index, QUESTIONS)
    assert index.foreign > index.given / 2
    assert found > QUESTIONS
    assert foreign == []


def test_the_words_of_a_document_are_found_in_that_document_alone() -> None:
    """What an answer about an application quotes."""
    read = documents()
    quoted = 0
    for number, question in questions(QUESTIONS):
        for one in passages([*lines_in(read[number])], question):
            quoted += 1
            assert set(MARK.findall(one.quote)) == {mark(number)}
            assert read[number].text[one.span.start:one.span.end] == one.quote
    assert quoted > QUESTIONS / 4


# The whole application ------------------------------------------------------------------------------------------------

ASKED = 60       # questions through the interface
OWNERS = 12


@dataclass(frozen=True)
class Place:
    site: Installation
    owners: list[Client]
    cases: list[str]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, store: str) -> Iterator[Place]:
    with installation(tmp_path_factory.mktemp("site")) as site:
        yield furnished(site, OWNERS)


def furnished(site: Installation, count: int) -> Place:
    owners = [site.client() for _ in range(count)]
    return Place(site, owners, [owner.assessed(("申报书.txt", text(number).encode()), title=mark(number))
                                for number, owner in enumerate(owners)])


def answered(place: Place, count: int) -> tuple[int, list[str]]:
    """How many pieces were cited over `count` questions, and what of the answers is another's."""
    cited, foreign = 0, []
    for number, question in questions(count, 2):
        number %= len(place.owners)
        answer = place.owners[number].post(f"/api/v1/cases/{place.cases[number]}/answers", json={"question": question})
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        cited += sum(bool(one.get("document")) for one in body["citations"])
        told = "".join((body["answer"], *(one["quote"] for one in body["citations"])))
        if set(MARK.findall(told)) - {mark(number), *MARK.findall(question)} or any(
                set(MARK.findall(one["quote"])) - {mark(number)} for one in body["citations"]):
            foreign.append(f"{number}: {question}: {told}")
    return cited, foreign


def test_answers_about_a_case_hold_no_word_of_another(place: Place) -> None:
    """Through the interface, on every kind of database."""
    cited, foreign = answered(place, ASKED)
    assert cited > 0
    assert foreign == []


def test_what_was_read_is_held_against_the_file_that_it_is_of(place: Place) -> None:
    """A cache that gives another applicant's document for this one's file: it is read again, and nothing is shown."""
    contents, reader = place.site.services.context.contents, place.site.services.documents.reader
    hashes = [owner.get(f"/api/v1/cases/{case}/files").json()[0]["sha256"]
              for owner, case in zip(place.owners, place.cases, strict=True)]
    variant = f"txt-{versions.reader()}.json.z"
    made = [contents.made(one, variant) for one in hashes]
    for one, others in zip(hashes, made[1:] + made[:1], strict=True):
        assert others is not None
        contents.put_made(one, variant, others)
    reader._recent.clear()
    for number, (owner, case) in enumerate(zip(place.owners, place.cases, strict=True)):
        file = owner.get(f"/api/v1/cases/{case}/files").json()[0]["id"]
        shown = owner.get(f"/api/v1/cases/{case}/files/{file}/document").text
        assert set(MARK.findall(shown)) == {mark(number)}
    reader._recent.clear()
    assert answered(place, ASKED)[1] == []


def test_a_retriever_reads_no_more_than_its_own(tmp_path: Path) -> None:
    """A passage that the index names and the application does not have is none, whatever its nearness."""
    store, index = SqliteStore(tmp_path / "vectors.sqlite3"), Open()
    mine, other = (Retriever(f"a{number}", cut(form_document(f"{number}.docx", text(number))), store=store,
                             indexes=index, embedder=Hashing()) for number in (1, 2))
    assert mine.prepare()
    assert other.prepare()
    foreign = {one.id for one in other.passages} - {one.id for one in mine.passages}
    assert foreign
    assert not foreign & {hit.passage.id for hit in mine.search(text(2), 50)}
