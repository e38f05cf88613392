"""What a document is about: one that speaks of nothing the policy asks for gives no fact, and a heading that would
discard most of what the applicant says in one is no heading of all of it. Both are said on the document."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from msgspec.structs import replace

from ingestion.domain import Document, Notice
from ingestion.facts.lexicon import words
from ingestion.facts.prose.modality import section_block
from ingestion.facts.scanning.scan import ListGroup, Reading, Table
from ingestion.facts.schema import FactBook
from ingestion.facts.sentences import Section, Sentence

SHORT = 45       # Chinese characters, or twice as many words: a sentence or a question is about what it says
HEAD = 80        # characters in which a document says what it is
MOST = 0.5       # of a document's sentences
ENOUGH = 12      # sentences without which a share says nothing

_WORD = re.compile(r"[\u4e00-\u9fff]|[A-Za-z]+")


def _length(text: str) -> int:
    return sum(1 if ord(word[0]) > 0x2E80 else 2 for word in _WORD.findall(text))


def unrelated(reading: Reading, book: FactBook, own: Collection[str]) -> bool:
    """Whether a document names neither the applicant, nor anything that the policy is about, nor is a certificate."""
    text = reading.folded
    topics = book.words.get("topics")
    if not topics or _length(text) < SHORT or words("document_kinds").search(text[:HEAD]):
        return False
    if words("speaks_own").search(text) or any(name in text for name in own) or book.pattern(topics).search(text):
        return False
    asked = (spec.topic for spec in book.facts.values() if spec.kind == "yes_no" and spec.topic)
    told = words("own_body").search(text) is not None and any(book.pattern(one).search(text) for one in asked)
    return not told  # 中心近几年安全方面的事


def overreaching(reading: Reading) -> str:
    """The heading of instructions or quotations that most of what a document says of its applicant stands below; ""
    if there is none, or if it is the document's title."""
    sentences = reading.sentences
    below: dict[str, int] = {}
    for sentence in sentences if len(sentences) >= ENOUGH else ():
        for heading in sentence.section.headings[1:]:
            if section_block(Section((heading,))) in ("template", "quotation"):
                below[heading] = below.get(heading, 0) + 1
    for heading, count in below.items():
        own = sum(words("own_body").search(s.folded) is not None for s in sentences if heading in s.section.headings)
        if count > MOST * len(sentences) and own * 4 > count:
            return heading
    return ""


def lift(reading: Reading, heading: str) -> None:
    """Take a heading from all that stands below it."""
    pieces: list[Sentence | Table | ListGroup] = [*reading.sentences, *reading.tables, *reading.lists]
    for piece in pieces:
        above = piece.section.headings
        if heading in above:
            piece.section = Section(tuple(one for one in above if one != heading), piece.section.lead)


def said_on(documents: Collection[Document], found: Mapping[str, tuple[Notice, ...]]) -> tuple[Document, ...]:
    """Documents with what was found out about them while they were read for facts."""
    return tuple(
        replace(one, notices=(*one.notices, *found[one.name])) if one.name in found else one for one in documents
    )
