"""Who applies: by the labels of forms, by what a register or a signature says, and the short names given to it.

A name stands in `own` with its short names. Where no form names the applicant, it is the body at home that licences and
signatures name most often in all the documents.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from ingestion.facts import credit_code
from ingestion.facts.lexicon import words
from ingestion.facts.prose.analysed import Names
from ingestion.facts.scanning.scan import Reading
from ingestion.facts.schema import FactBook
from ingestion.language import load
from ingestion.names import organisations
from ingestion.names.organisations import Origin

LONGEST_LABEL, LONGEST_VALUE = 24, 90   # characters of a label in a form, and of the name beside it
HEAD = 6_000                            # characters of a document in which it says who applies
FOOT = 300                              # characters of a letter's end in which its issuer signs
SHORTEST_FULL = 6                       # characters of a body's full name

_BILINGUAL = re.compile(r"([一-鿿][一-鿿（）]{3,})\s+([A-Z][A-Za-z .,&'-]{5,})")
_BRACKETED = re.compile(r"（[^（）]*(?:）|$)")
_NAME = r"([一-鿿][一-鿿（）]{5,29})"
_REGISTERED = re.compile(rf"(?:名称|全称|主体|陈述人|申报人)\s*[：:\t]\s*{_NAME}\s*(?=\n|（下?称|（以下|\t|，|。)")
_DESCRIBED = re.compile(rf"{_NAME}(?:（以?下简?称[^（）]*）)?(?:系|是|为)[^。；]{{0,24}}?"
                        rf"(?:法人|登记|注册|成立|设立)|{_NAME}（以?下简?称[“\"]?(?:本|我)")
_SIGNED = re.compile(rf"^[ \t　]*{_NAME}[ \t　]*(?:（(?:盖章|公章|签章|印章)）)?[ \t　]*"
                     r"(?:(?:20\d\d|二.二[一二三四五六七八九])年[^\n]{0,12})?$", re.MULTILINE)
_ISSUED = re.compile(rf"^[ \t　]*{_NAME}[ \t　]*(?:（(?:盖章|公章|签章|印章)）)?[ \t　]*\n\s*"
                     r"(?:20\d\d|二.二[一二三四五六七八九])年", re.MULTILINE)


def applicants(readings: Sequence[Reading], book: FactBook) -> Names:
    """Names and short names of the applicant."""
    own = set(_labelled(readings))
    if not any(_full(name) for name in own):
        own |= _coded(readings) or _registered(readings) or _described(readings)
    short = words("short_name")
    for reading in readings:
        for match in short.finditer(reading.folded):
            own |= {match[1].strip(), match[2].strip()} if not words("parent_body").search(match[2]) else set()
    own = {name for name in own if len(name) >= 2}
    issuers = {name for reading in readings for name in _ISSUED.findall(reading.folded[-FOOT:])}
    issuers = {name for name in issuers if not any(name in one or one in name for one in own)}
    return Names(frozenset(own), tuple(book.home.names), issuers=frozenset(issuers))


def _labelled(readings: Sequence[Reading]) -> Iterator[str]:
    """What stands under the applicant's labels, in tables and at the head of a document."""
    labels = words("applicant_labels")
    for reading in readings:
        for table in reading.tables:
            for texts in table.texts:
                for label, value in itertools.pairwise(texts):
                    named = label and len(label) <= LONGEST_LABEL and labels.search(label)
                    if named and 4 <= len(value) <= LONGEST_VALUE and not labels.search(value):
                        yield from _names(value)
        for match in re.finditer(load("discourse")["applicant_pattern"], reading.folded[:HEAD]):
            yield re.sub(r"（[^（）]*$", "", match[1]).strip()


def _names(value: str) -> list[str]:
    """The name that a form gives, in one language or in two (重庆某软件有限公司 Chongqing Some Software Co., Ltd.)."""
    name = _BRACKETED.sub("", value.split("/")[0]).strip()
    two = _BILINGUAL.fullmatch(name)
    return [two[1].strip(), two[2].strip()] if two else [name]


def _coded(readings: Sequence[Reading]) -> set[str]:
    """The body whose name and credit code one form gives: the name above the code, or the only one."""
    for reading in readings:
        for table in reading.tables:
            said = _names_beside_code(table.texts)
            if said:
                return said
    return set()


def _names_beside_code(rows: Sequence[Sequence[str]]) -> set[str]:
    coded = next((n for n, texts in enumerate(rows) if any(credit_code.CODE.fullmatch(t.strip()) for t in texts)), None)
    if coded is None:
        return set()
    pairs = [(n, label, value) for n, texts in enumerate(rows) for label, value in itertools.pairwise(texts)]
    labelled = [(n, _names(value)) for n, label, value in pairs if words("name_labels").search(label)]
    above = [names for n, names in labelled if n <= coded]
    named = above[-1:] or [names for _, names in labelled]
    named = named or [names for names in map(_names, itertools.chain.from_iterable(rows)) if _full(names[0])]
    return set(named[0]) if len({names[0] for names in named}) == 1 else set()


def _full(name: str) -> bool:
    """Whether it is a body's full name, and no word for one (园区, 中心)."""
    return len(name) >= SHORTEST_FULL and bool(words("firm_end").search(name) or words("institution_end").search(name))


def _described(readings: Sequence[Reading]) -> set[str]:
    """The body that documents introduce at their beginning (某公司是2014年登记设立的…), the one that is named most."""
    named: Counter[str] = Counter()
    for reading in readings:
        found = {next(filter(None, match.groups())) for match in _DESCRIBED.finditer(reading.folded[:HEAD])}
        names = {name for name in found if _full(name) and organisations.origin(name) is not Origin.FOREIGN}
        named.update({name: reading.folded.count(name) for name in names})
    return {max(named, key=lambda name: (named[name], name))} if named else set()


def _registered(readings: Sequence[Reading]) -> set[str]:
    """The body that licences and signatures name in most documents, of several the one that is named most often."""
    named: Counter[str] = Counter()
    for reading in readings:
        found = {match[1] for pattern in (_REGISTERED, _SIGNED) for match in pattern.finditer(reading.folded)}
        named.update(name for name in found if _full(name) and organisations.origin(name) is not Origin.FOREIGN)
    said = {name: (count, sum(reading.folded.count(name) for reading in readings)) for name, count in named.items()}
    return {max(said, key=lambda name: (*said[name], name))} if said else set()
