"""Runs the readers of figures, items, amounts and statements over documents, and reconciles what they found."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from functools import partial

from msgspec import Struct, field
from msgspec.structs import replace

from ingestion import collector
from ingestion.domain import Beyond, Document, Exclusion, Extraction, Fact, Notice, Span, Unexplained
from ingestion.facts import limits
from ingestion.facts.claims.accounting import account
from ingestion.facts.claims.assertions import Claims, join
from ingestion.facts.claims.reconcile import reconcile
from ingestion.facts.claims.things import aliases
from ingestion.facts.figures.changes import set_aside
from ingestion.facts.figures.declared import declared
from ingestion.facts.figures.figures import analyse
from ingestion.facts.figures.money import spent
from ingestion.facts.identity import differences
from ingestion.facts.lexicon import words
from ingestion.facts.lists.enumerations import enumerations, may_be_named, may_name, sentence_items
from ingestion.facts.lists.items import judge
from ingestion.facts.lists.numbered_lists import list_items
from ingestion.facts.lists.pools import Pool, Setting
from ingestion.facts.lists.told import agreement, events
from ingestion.facts.mentions import Speaking, marked
from ingestion.facts.prose.analysed import Analysis, Names
from ingestion.facts.prose.applicant import applicants
from ingestion.facts.prose.phrases import ABROAD, abroad
from ingestion.facts.prose.recitals import bars
from ingestion.facts.prose.relevance import lift, overreaching, unrelated
from ingestion.facts.scanning import forms
from ingestion.facts.scanning.code_lists import decoded
from ingestion.facts.scanning.scan import Reading, scan, squeezed
from ingestion.facts.schema import FactBook, FactSpec, PolicyFacts
from ingestion.facts.sentences import Section, Sentence
from ingestion.facts.statements import of_former_times, statements
from ingestion.facts.tables.tables import feeds, read_table, said_of, unused
from ingestion.language import fold, load, ngrams, pattern
from ingestion.language.ngrams import Text
from ingestion.names import organisations
from ingestion.numbers import windows
from ingestion.numbers.numerals import has_number
from ingestion.numbers.periods import Window
from ingestion.parsing.notices import notice


class Prepared(Struct, frozen=True):
    """Documents split into what is read, the names of the applicant, the host country; and what the documents claim,
    by application date, once it was asked for: it is read once and settled under each window. `beyond`: what of them
    is not read; `tell` is called with the name of each document before it is looked into."""

    readings: tuple[Reading, ...]
    names: Names
    host: str
    hosted: bool
    notices: dict[str, tuple[Notice, ...]] = field(default_factory=dict)  # by document: what was found out about it
    beyond: dict[str, Beyond] = field(default_factory=dict)
    tell: Callable[[str], None] | None = None
    claims: dict[date, dict[str, Claims]] = field(default_factory=dict)


@collector.paused()
def prepare(
    documents: Sequence[Document], policy: PolicyFacts, tell: Callable[[str], None] | None = None
) -> Prepared:
    """Documents cut up, with who applies and in which country; `tell` hears which is being read."""
    text = squeezed(policy.text)
    within, beyond = limits.within(sorted(documents, key=lambda d: d.name))
    readings = []
    for document in within:
        if document.text.strip():
            if tell is not None:
                tell(document.name)
            readings.append(scan(document, text))
            readings[-1].tables = decoded(readings[-1].tables)
    hosted = any(words("host_words").search(reading.folded) for reading in readings)
    host = host_country(readings)
    names = replace(applicants(readings, policy.facts), host=host, bars=bars(policy.text))
    notices: dict[str, tuple[Notice, ...]] = {}
    kept: list[Reading] = []
    for reading in readings:
        heading = overreaching(reading)
        if heading:
            lift(reading, heading)
            notices[reading.document.name] = (notice("scope_lifted", heading=heading.strip()[:40]),)
        apart = unrelated(reading, policy.facts, names.own) and not feeds(policy.facts, reading)
        if apart:
            notices[reading.document.name] = (notice("unrelated"),)
        else:
            kept.append(reading)
            told = tuple(notice("table_unused", page=reading.document.page_at(one.table.block.span.start),
                                title=said_of(one), rows=len(one.rows)) for one in unused(policy.facts, reading))
            notices[reading.document.name] = notices.get(reading.document.name, ()) + told
    return Prepared(tuple(kept), names, host, hosted, notices, beyond, tell)


@collector.paused()
def read(
    prepared: Prepared,
    policy: PolicyFacts,
    application_date: date,
    bounds: tuple[date, date] | None = None,
    keys: Collection[str] | None = None,
    *,
    bare: bool = False,
) -> Extraction:
    """The facts named by `keys` (all of them without it) under the policy's window, or under `bounds`. `bare`: their
    intervals alone, without evidence and exclusions."""
    book = policy.facts
    specs = {key: spec for key, spec in book.facts.items() if keys is None or key in keys}
    current = window_of(policy, application_date)
    claims = _claims(prepared, book, specs, current, application_date)
    window = Window(*bounds, current.years) if bounds else current
    facts: dict[str, Fact] = {}
    exclusions: dict[str, tuple[Exclusion, ...]] = {}
    unexplained: dict[str, tuple[Unexplained, ...]] = {}
    for key, spec in specs.items():
        found = claims[key].settle(window, bare=bare)
        said = [*found.assertions]
        fact = reconcile(key, spec, found, window)
        if not bare:
            fact = account(spec, fact, found, said, claims[key], window)
        left_out = limits.few(tuple(found.exclusions), lambda one: one.reason)
        if fact is not None:
            facts[key] = limits.kept(replace(fact, exclusions=left_out))
        if left_out:
            exclusions[key] = left_out
        if found.unexplained:
            unexplained[key] = limits.few(tuple(found.unexplained), lambda one: one.why)
    who = () if bare else differences(prepared.readings, prepared.names.own)
    return Extraction(facts, exclusions, unexplained, prepared.beyond, notices=prepared.notices, identity=who)


def window_of(policy: PolicyFacts, application_date: date) -> Window:
    """The policy's own window."""
    return Window(*windows.window(policy.window.current, application_date), policy.window.years)


def claims_of(prepared: Prepared, policy: PolicyFacts, application_date: date, key: str) -> Claims:
    """What the documents claim of one fact, with notes on what left something out."""
    setting, names = _setting(prepared, window_of(policy, application_date)), prepared.names
    reader = _Reader(policy.facts, {key: policy.facts.facts[key]}, setting, names)
    reader.found[key].notes = {}
    for reading in prepared.readings:
        reader.read(reading)
    return reader.found[key]


def _claims(
    prepared: Prepared, book: FactBook, specs: Mapping[str, FactSpec], window: Window, on: date
) -> dict[str, Claims]:
    """What the documents say of these facts; read once for a day of application."""
    known = prepared.claims.get(on, {})
    if specs.keys() <= known.keys():
        return known
    reader = _Reader(book, specs, _setting(prepared, window), prepared.names)
    for reading in prepared.readings:
        if prepared.tell is not None:
            prepared.tell(reading.document.name)
        left = reader.read(reading)
        if left is not None:
            prepared.beyond[reading.document.name] = left
    prepared.claims[on] = reader.found
    return reader.found


def _setting(prepared: Prepared, window: Window) -> Setting:
    known = aliases([reading.folded for reading in prepared.readings])
    return Setting(window, prepared.host, prepared.hosted, prepared.names.own, known)


def windowed(book: FactBook) -> frozenset[str]:
    """The facts that the window bears on: another reading of it can change no others."""
    return frozenset(
        key
        for key, spec in book.facts.items()
        if (spec.time == "window" and spec.kind != "yes_no")
        or any(r.period in ("covers", "inside") for r in spec.rules)
    )


class _Reader:
    """Reads documents for a set of facts; a sentence is analysed only when one of them may be in it."""

    def __init__(self, book: FactBook, specs: Mapping[str, FactSpec], setting: Setting, names: Names) -> None:
        """Patterns of the facts put together, so that a sentence is asked once which of them may match."""
        self.book, self.specs, self.setting, self.names = book, specs, setting, names
        self.window = setting.window
        self.found = {key: Claims() for key in specs}
        self._stating = [(key, spec) for key, spec in specs.items() if spec.kind == "yes_no"]
        self._counting = [(key, spec) for key, spec in specs.items() if spec.kind != "yes_no"]
        self._rules = [(place, rule, [book.pattern(group) for group in rule.all])
                       for place, (_, spec) in enumerate(self._stating) for rule in spec.rules]
        self._ruling = ngrams.Together(groups for _, _, groups in self._rules)
        self._heads = [(key, book.pattern(spec.heads)) for key, spec in self._counting]
        nones = [(key, book.pattern(spec.none_words)) for key, spec in self._counting if spec.none_words]
        self._names_of = [*self._heads, *nones]
        self._heading_any = ngrams.Several(pattern for _, pattern in self._heads)
        self._naming = ngrams.Several(pattern for _, pattern in self._names_of)
        near = [(key, need.words) for key, spec in self._counting for need in spec.needs if need.reach != "section"]
        topics = [(key, spec.topic) for key, spec in self._stating if spec.topic]
        units = [(key, pattern(tuple(load("numbers")["measures"][one]))) for key, spec in self._counting
                 for one in spec.measures if one != "money" and book.rare(one)]
        self._speaking = [*self._heads, *((key, book.pattern(words_)) for key, words_ in [*near, *topics]), *units]
        self._speaking_any = ngrams.Several(pattern for _, pattern in self._speaking)
        self._abroad = frozenset(key for key, words_ in near if ABROAD in words_)
        self._spoke: dict[int, frozenset[str]] = {}  # the facts that a sentence names, by its identity
        self._analyses: dict[int, Analysis] = {}
        self._above: dict[str, frozenset[str]] = {}  # what the headings and the lead-in of sections name

    def read(self, reading: Reading) -> Beyond | None:
        """Read a document; where it says more than is kept, what of it was left is given back."""
        sentences = [*reading.sentences]
        most = min(self._weight() + limits.ENTRIES, limits.CASE_ENTRIES)
        for table in reading.tables:
            sentences += read_table(self.book, reading, table, self.setting, self.found)
        left = None
        for position, sentence in enumerate(sentences):
            if self._weight() > most:
                left = limits.rest(reading.document, sentence.span.start)
                del sentences[position:]
                break
            self._sentence(sentence, sentences, position)
        self._statements([s for s in sentences if not s.synthetic])
        groups = [group for group in reading.lists if left is None or group.items[-1].end <= left.start]
        for group in groups:
            for key, spec in self.specs.items():
                list_items(self.book, spec, group, self.setting, self.found[key])
        for group in groups:
            for key, spec in self.specs.items():
                if spec.joined and spec.time != "window":
                    self.found[key].later(partial(join, reading.document, group.items))
        agreement(self.specs, reading, self.setting, self.found)
        self._analyses.clear()
        self._above.clear()
        self._spoke.clear()
        return left

    def _weight(self) -> int:
        return sum(len(claims.steps) for claims in self.found.values())

    def analysis(self, sentence: Sentence) -> Analysis:
        """The sentence's analysis, after those of the sentences that it goes on from."""
        known = self._analyses.get(id(sentence))
        if known is not None:
            return known
        for one in reversed([s for s in sentence.chain() if id(s) not in self._analyses]):
            before = self._analyses.get(id(one.previous)) if one.previous is not None and one.goes_on else None
            self._analyses[id(one)] = analyse(one, self.window, self.names, before)
        return self._analyses[id(sentence)]

    def _sentence(self, sentence: Sentence, sentences: Sequence[Sentence], position: int) -> None:
        """Statements and figures of one sentence."""
        for key, spec in self._stated(sentence):
            context = _context(sentences, position)
            statements(self.book, spec, self.analysis(sentence), self.window, self.found[key], context)
        joined = _with_what_it_speaks_of(sentence)
        for key, spec in self._stated(joined) if joined is not None else ():
            statements(self.book, spec, self.analysis(joined or sentence), self.window, self.found[key])
        if sentence.row:
            return
        for place in () if sentence.synthetic else self._heading_any.possible(sentence.folded):
            key, heads = self._heads[place]
            if sentence.holds(heads) and heads.search(self.book.without_bases(sentence.folded)):
                set_aside(self.book, self.specs[key], self.analysis(sentence), self.found[key])
        self._mentioned(sentence)
        told = has_number(sentence.folded) or sentence.holds(words("zero")) or sentence.holds(words("names_next"))
        if not told:
            return
        named = self._named(sentence)
        for key, spec in self._counting if named or sentence.previous is not None else ():
            if key in named or self._goes_on(key, spec, sentence):
                count = spent if spec.kind == "money" else declared
                count(self.book, spec, self.analysis(sentence), self.window, self.found[key])

    def _mentioned(self, sentence: Sentence) -> None:
        """Note what speaks of a fact, for what no rule claims."""
        above = self._heading(sentence.section)
        named = {self._speaking[place][0] for place in self._speaking_any.possible(sentence.folded)
                 if sentence.holds(self._speaking[place][1])}
        before = self._spoke.get(id(sentence.previous), frozenset())
        self._spoke[id(sentence)] = frozenset(named)
        counting = above | before | (self._abroad if abroad(sentence.folded) else frozenset())
        keys = [key for key, spec in self.specs.items() if key in named or (spec.kind != "yes_no" and key in counting)]
        if not keys:
            return
        analysis = self.analysis(sentence)
        against = marked(analysis)
        for key in keys:
            speaking = Speaking(self.book, self.specs[key], analysis, self.window, above=key in above)
            if speaking.may_speak(marked=against):
                self.found[key].mentions += speaking.mentions()

    def _stated(self, sentence: Sentence) -> Iterator[tuple[str, FactSpec]]:
        """The facts of which all groups of any rule have a word in the sentence."""
        last = -1
        for index in self._ruling.possible(sentence.folded):
            place, rule, groups = self._rules[index]
            if place != last and (rule.rows or not sentence.row) and all(map(sentence.holds, groups)):
                last = place
                yield self._stating[place]

    def _named(self, sentence: Sentence) -> Collection[str]:
        """The facts whose heads stand in a sentence, above it, or in those that it goes on from; or a none of them."""
        chain = sentence.chain()
        if any(one.holds(words("disjoint")) for one in chain):
            return self.specs
        named: set[str] = set()
        for one in chain:
            named |= self._heading(one.section)
            for place in self._naming.possible(one.folded):
                key, pattern = self._names_of[place]
                if key not in named and one.holds(pattern):
                    named.add(key)
        return named

    def _heading(self, section: Section) -> frozenset[str]:
        """The facts whose heads stand in the headings and the lead-in of a section."""
        text = section.text
        found = self._above.get(text)
        if found is None:
            above = [self._heads[place] for place in self._heading_any.possible(text)]
            found = self._above[text] = frozenset(key for key, heads in above if heads.search(text))
        return found

    def _goes_on(self, key: str, spec: FactSpec, sentence: Sentence) -> bool:
        """Whether the sentence before states the fact, and this one may say what was lost of it since, or how many of
        those that the ones before it state are of both kinds."""
        claims, before = self.found[key], sentence.previous
        stated = bool(claims.stated) and claims.stated[-1][0] is before
        if stated and spec.subtract and sentence.holds(self.book.pattern(spec.subtract)):
            return True
        if stated and words("additional").match(sentence.folded) is not None:
            return True  # 合作机构6家。另有2家尚在洽谈
        kinded = bool(claims.kinded) and claims.kinded[-1][0] is before
        return kinded and sentence.holds(spec.overlap_pattern(self.book))

    def _statements(self, sentences: Sequence[Sentence]) -> None:
        """Names enumerated in running text, statement by statement: sentences that semicolons join."""
        pools: dict[str, dict[str, Pool]] = {key: {} for key in self.specs}
        named = [(key, spec) for key, spec in self.specs.items() if may_be_named(spec)]
        for chain in _chains(sentences):
            text = chain[0].folded if len(chain) == 1 else Text("；".join(s.folded for s in chain))
            for key, spec in named:
                if may_name(self.book, spec, text):
                    analyses = [self.analysis(s) for s in chain]
                    for analysis in analyses:
                        sentence_items(self.book, spec, analysis, text, pools[key])
                        events(self.book, spec, analysis, pools[key])
                    enumerations(self.book, spec, analyses, text, self.found[key], pools[key])
        for key, spec in self.specs.items():
            for pool in pools[key].values():
                judge(self.book, spec, pool, self.setting, self.found[key])


def _with_what_it_speaks_of(sentence: Sentence) -> Sentence | None:
    """2024年3月，工地发生坠落事故。经认定，该起事故为一般生产安全责任事故: a sentence that speaks of what the one
    before it told, together with that one."""
    before = sentence.previous
    if before is None or sentence.synthetic or sentence.pair:
        return None
    answered = before.folded.endswith("？") and sentence.holds(words("answers_none"))  # 有没有…？我们一件也没有
    if not (answered or sentence.holds(words("speaks_of_before"))):
        return None
    text = sentence.document.text[before.span.start : sentence.span.end]
    if before.span.end > sentence.span.start or "\n" in text:
        return None
    span = Span(before.span.start, sentence.span.end)
    return replace(sentence, span=span, folded=Text(fold(text)), previous=before.previous, _seen={})


def _chains(sentences: Sequence[Sentence]) -> list[list[Sentence]]:
    """Sentences of one paragraph that semicolons join into one statement."""
    chains: list[list[Sentence]] = []
    for sentence in sentences:
        if chains and sentence.previous is chains[-1][-1] and sentence.continues:
            chains[-1].append(sentence)
        else:
            chains.append([sentence])
    return chains


def _context(sentences: Sequence[Sentence], position: int) -> str:
    """The sentence before and after, where they stand in the same paragraph or the next lines."""
    here, last = sentences[position], position + 3
    while last < min(len(sentences), position + 8) and forms.is_entry(sentences[last].folded):
        last += 1  # the lines of a form belong together
    around = sentences[max(0, position - 1) : last]
    return "".join(
        s.folded + "。" for s in around if s.document is here.document and abs(s.span.start - here.span.start) < 400
        and (s is here or not of_former_times(s.folded))
    )


def host_country(readings: Sequence[Reading]) -> str:
    """The ISO code of the country that the documents call 驻在国, or ""."""
    named = _named_after(readings)
    if named:
        return named
    for reading in readings:
        for match in re.finditer(load("discourse")["host_pattern"], reading.folded):
            codes = [c for c in organisations.countries_in(match[1]) if c != "CN"]
            if not codes and (code := organisations.country(match[1])) not in ("", "CN"):
                codes = [code]
            if codes:
                return codes[0]
    return _spoken_of(readings, "host_words") or _spoken_of(readings, "host_seat")


TITLED = 8  # lines at the head of a document that may hold the centre's name


def _named_after(readings: Sequence[Reading]) -> str:
    """The country that the names of the documents and of what they are about hold, where they hold one (赤焰摩洛哥光伏
    创新中心); else ""."""
    lines = [line for reading in readings
             for line in [reading.document.name, *reading.folded.strip().split("\n")[:TITLED]]]
    named = {m.where for line in lines if words("centre_named").search(line)
             for m in organisations.scan(line.title() if line.isupper() else line)
             if m.origin is organisations.Origin.FOREIGN and m.where}
    return next(iter(named)) if len(named) == 1 else ""


def _spoken_of(readings: Sequence[Reading], said: str) -> str:
    """The country of more than half of the lines that speak of the centre abroad and name a place; else ""."""
    named: Counter[str] = Counter()
    spoken = [reading.folded for reading in readings if words(said).search(reading.folded)]
    for line in (line for text in spoken for line in re.split("[\n。；]", text)):
        if words(said).search(line):
            places = (m for m in organisations.scan(line) if m.origin is organisations.Origin.FOREIGN)
            named.update({m.where for m in places if m.where})
    code, most = named.most_common(1)[0] if named else ("", 0)
    return code if most >= 2 and most * 2 > named.total() else ""
