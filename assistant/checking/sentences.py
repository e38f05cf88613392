"""What a language model wrote, held sentence by sentence against what it was given.

A sentence is kept if it names a source that was given; if every number, date, quotation and clause in it stands there,
beside the same words; if what it says to come out, to be demanded or denied is said there of that very thing; if it
brings no name and no matter of its own; if it tells nobody to do what the project itself does not; and if it is plain
text. The rest is dropped. What each check looks for is `assistant.checking.claims`, the words are
`assistant.checking.coverage`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from assistant.checking import claims
from assistant.checking.claims import plain
from assistant.checking.coverage import Sources, content
from ingestion.policies import articles

_ID = re.compile(r"[\[【\u3014]\s*(?:依据|来源|source)?\s*(\d{1,2})\s*[\]】\u3015]")
_SENTENCE = re.compile(
    r".*?(?:[。！？!?\n]+|(?<=[a-z\])”\"’])\.(?=\s|$))[”’」』\"]?(?:\s*(?:[\[【\u3014]\s*\d{1,2}\s*[\]】\u3015]|[（(]\s*\[\d{1,2}\]\s*[）)]))*",
    re.DOTALL,
)
_MARKUP = re.compile(r"https?:|www\.|<[a-z/!|]|\]\(|javascript:|data:|`{3}", re.IGNORECASE)
_DECORATION = re.compile(r"^[\s>*#\-•·]+|\*\*|__|`")
_QUOTES = re.compile(r"[“「『\"]([^”」』\"]{2,})[”」』\"]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufffd]")
_SIGNS = re.compile(r"[^\w\s，。；：、！？!?,.;:（）()《》〈〉“”‘’「」『』\"'%％‰+＋\-－—–~～/／=＝×·…℃&#〔〕]")
_PUNCTUATION = re.compile(r"[\s，。；：、！？!?,.;:（）()“”‘’「」『』\"'\ue000\ue001]+")
_NEGATIVE_VERDICT = re.compile(r"[不没未无]|no\b")
_LONGEST = 400  # characters of a sentence


class Source(Struct, frozen=True):
    """Something that was given under a number: a clause, or a line of what was found. `whole`: there are no more lines
    of its kind, so that all, only and none may be said; `supposed`: it holds under what the question supposes only."""

    number: int
    text: str
    ref: str = ""
    whole: bool = True
    supposed: bool = False


class Checked(Struct, frozen=True):
    """A sentence of a model. `fault` is why it is dropped, "" if it is kept; `cites` are the numbers it names."""

    text: str
    cites: tuple[int, ...]
    fault: str = ""


class Checker:
    """Checks the sentences of one answer. `verdict` is the word that the rules answer the question with, or "";
    `names` are what the policy calls its types: words by themselves, whose parts are no words of a sentence."""

    def __init__(self, sources: Sequence[Source], question: str, verdict: str, spoken: str,
                 names: Sequence[str] = ()) -> None:
        """`spoken` is the answer's language; `names` are left out of what is compared."""
        self._sources: Mapping[int, Source] = {one.number: one for one in sources}
        self._plain = {one.number: plain(one.text) for one in sources}
        self._verdict, self._spoken = plain(verdict), spoken
        asked = plain(question)
        known = "\n".join([asked, *self._plain.values()])
        self._names = sorted((one for one in map(plain, names) if one and one in known), key=len, reverse=True)
        self._question = _without(asked, self._names)
        self._answers = _answering(self._verdict)
        self._all = frozenset().union(*map(content, self._plain.values()))
        self._found = [self._plain[one.number] for one in sources if not one.ref]

    def check(self, sentence: str) -> Checked:
        """The sentence without its decoration, and what is wrong with it."""
        cites = tuple(dict.fromkeys(int(match[1]) for match in _ID.finditer(sentence)))
        text = _DECORATION.sub("", _ID.sub("", sentence)).replace("（）", "").replace("()", "").strip()
        return Checked(text, cites, self._fault(text, cites))

    def _fault(self, text: str, cites: Sequence[int]) -> str:
        """Why a sentence is not shown, by the first check that it fails; "" where it passes."""
        said = _without(plain(text), self._names)
        if not text or len(text) > _LONGEST or any(one.search(text) for one in (_CONTROL, _MARKUP, _SIGNS)):
            return "form"
        if not cites:
            return "no source"
        if any(number not in self._sources for number in cites):
            return "unknown source"
        if (self._spoken == "zh") != bool(_HAN.search(text)):
            return "language"
        given = [self._sources[number] for number in cites]
        one = _Sentence(text, said, given, [self._plain[number] for number in cites], self._question, self._all)
        words = Sources([*one.plains, self._question, self._verdict])
        checks = (
            ("clause", one.clauses_given),
            ("quotation", one.quotes_stand),
            ("number", one.figures_stand),
            ("bar", one.bars_stand),
            ("outcome", lambda: one.outcomes_stand(self._answers, self._found)),
            ("denial", lambda: one.denials_stand(self._answers)),
            ("new matter", lambda: not words.lacks(said) and not claims.has_contact(said)),
            ("directive", one.directs_as_given),
            ("scope", one.scopes_stand),
            ("supposed", one.supposed_is_said),
            ("figure", one.figures_belong),
            ("applicant", one.of_the_rules_only),
            ("half a condition", one.conditions_whole),
            ("joined", lambda: words.joins(said) and words.gives(said)),
        )
        return next((name for name, good in checks if not good()), "")


class _Sentence:
    """One sentence beside the sources that it names, all as plain text too."""

    def __init__(self, text: str, said: str, given: Sequence[Source], plains: Sequence[str],
                 question: str, everything: frozenset[str]) -> None:
        self.everything = everything
        self.text, self.said, self.given, self.plains, self.question = text, said, given, plains, question
        self.known = "\n".join(plains)
        self.chinese = _HAN.search(said) is not None

    def clauses_given(self) -> bool:
        """Whether only clauses are named that were given, or the articles that they belong to."""
        known = {one.ref for one in self.given} | {one.ref.split("（")[0] for one in self.given}
        known |= {ref for one in self.given if not one.ref for ref in articles.parse_refs(one.text)}
        return all(ref in known for ref in articles.parse_refs(self.text))

    def quotes_stand(self) -> bool:
        return all(plain(match[1]) in self.known for match in _QUOTES.finditer(self.text))

    def figures_stand(self) -> bool:
        """Whether each figure is one of the sources, a count of the findings that it sums up, or the asker's own,
        said to be so."""
        left = self._unknown(claims.figures(" ".join(one.text for one in self.given))) - self._counted()
        asked = claims.figures(self.question)
        return all(figure in asked and any(figure in claims.figures(part) and _is_askers(part, self.question)
                                           for part in claims.clauses(self.said)) for figure in left)

    def _unknown(self, known: frozenset[str]) -> set[str]:
        """The figures that are not known; in English, where the unit may be left out, by their numbers."""
        own = claims.figures(self.text)
        if self.chinese:    # 18-3=15篇: what is added up may be said with its unit
            terms = {one.replace(",", "") for one in _TERM.findall(self.known)}
            shown = {figure for part in claims.clauses(self.said) if claims.of_applicant(part) or _ADDING.search(part)
                     for figure in claims.figures(part)}
            return {one for one in own - known if _number(one) not in terms or one not in shown}
        numbers = {_number(one) for one in known}
        return {one for one in own if one not in known and _number(one) not in numbers}

    def _counted(self) -> set[str]:
        """两项符合: as many as the cited lines that say so."""
        found = set()
        for part in claims.clauses(self.said):
            classes = claims.judgements(part)
            same = self._same(classes)
            if same > 1:
                found |= {f"{same}项", str(same)}
        return found

    def bars_stand(self) -> bool:
        texts = [one.text for one in self.given]
        return claims.bars_stand(self.text, texts) and claims.limits(self.said) <= claims.limits(self.known)

    def outcomes_stand(self, answers: frozenset[str], found: Sequence[str]) -> bool:
        """Whether every word that decides is a source's, or the verdict's, and each outcome is said of what that
        source says it of. `found` are all lines that were found: what is said of a clause holds for each of its lines.
        """
        told = claims.outcomes(self.said)
        by_rule = {"must"} if claims.limits(self.known) or any(one.ref for one in self.given) else set()
        if not told - {"whether"} <= claims.outcomes(self.known) | answers | by_rule:
            return False
        subject: set[str] = set()
        for part in claims.clauses(_joined_items(self.said)):
            subject |= content(part)
            classes = claims.judgements(part)
            if not classes:
                continue
            if not any(self._says(number, classes, subject, answers) for number in range(len(self.plains))):
                return False
            refs = articles.parse_refs(part) if not subject else []
            if any(one.startswith(plain(ref)) and not _says(one, classes) for ref in refs for one in found):
                return False
            subject = set()
        return self._periods_kept(told) and self._not_bare(told)

    def _says(self, number: int, classes: frozenset[str], subject: set[str], answers: frozenset[str]) -> bool:
        """Whether one source says these outcomes together, of all that is spoken of here."""
        source = self.plains[number]
        if self.given[number].ref and not classes <= answers and not claims.conditional(self.said):
            return False    # a clause judges nobody
        known = content(source) | content(self.question)
        return (classes <= answers or _says(source, classes)) and subject & self.everything <= known

    def _periods_kept(self, told: frozenset[str]) -> bool:
        """Whether what the sources decide for some years only is not said without them."""
        for word in told - frozenset((*claims.JUDGEMENTS, "must", "can")):
            parts = [part for part in claims.clauses(self.known) if word in claims.outcomes(part)]
            spans = [claims.periods(part) for part in parts]
            if spans and all(spans) and not any(one & claims.periods(self.said) for one in spans):
                return False
        return True

    def _not_bare(self, told: frozenset[str]) -> bool:
        """Whether a sentence on findings that are not met says so in some way: its subject alone would assert it."""
        negative = all(not one.ref and claims.NEGATIVE & claims.judgements(plain(one.text)) for one in self.given)
        said = (claims.denies, claims.directive, claims.lacks, claims.points)
        return not negative or bool(told & claims.NEGATIVE or claims.figures(self.text)) or any(
            one(self.said) for one in said)

    def denials_stand(self, answers: frozenset[str]) -> bool:
        """Whether what is denied is denied there, and what is said there only with a denial is denied here."""
        if claims.denies_lack(self.said) and not claims.denies_lack(self.known):
            return False
        allowed = claims.denials(self.known)
        if "cannot" in answers:
            allowed |= {"not"}
        own = claims.denials(self.said)
        if not {one for one in own if one not in allowed} <= _of_verdict(answers, self.said):
            return False
        return all(claims.denies(part) or not content(part) & self._only_denied() for part in self._parts())

    def _parts(self) -> list[str]:
        return claims.clauses(self.said) if self.chinese else claims.english_clauses(self.said)

    def _only_denied(self) -> set[str]:
        """What the sources speak of in denials alone."""
        parts = [part for one in self.plains for part in (
            claims.clauses(one) if self.chinese else claims.english_clauses(one))]
        denied = {word for part in parts if claims.denies(part) for word in content(part)}
        return denied - {word for part in parts if not claims.denies(part) for word in content(part)}

    def directs_as_given(self) -> bool:
        """Whether what somebody is told to do stands, from its first word on, where a source tells it."""
        told = [_bare(part) for one in self.plains for part in claims.statements(one) if claims.directive(part)]
        for part in claims.statements(self.said):
            found = claims.directive(part)
            if found:
                rest = _bare(part[found.end():] if found.group() in _MARKS else part[found.start():])
                if not any(rest in one for one in told):
                    return False
        return True

    def scopes_stand(self) -> bool:
        """Whether all, only and each are the sources', or 都 stands for lines of which more than one say it."""
        told = "\n".join(text for one, text in zip(self.given, self.plains, strict=True) if one.whole)
        asked = {one for part in claims.clauses(self.said) if claims.of_applicant(part)
                 for one in claims.scopes(part) & claims.scopes(self.question)}
        extra = claims.scopes(self.said) - claims.scopes(told) - asked
        both = [part for part in claims.clauses(self.said) if "both" in claims.scopes(part)]
        return not extra or (extra == {"both"} and all(self._same(claims.judgements(part)) > 1 for part in both))

    def supposed_is_said(self) -> bool:
        """Whether what holds under a supposition only is said with it."""
        return not any(one.supposed for one in self.given) or claims.supposes(self.said)

    def _same(self, classes: frozenset[str]) -> int:
        """How many of the cited lines say these outcomes."""
        return sum(1 for one in self.plains if classes and _says(one, classes))

    def figures_belong(self) -> bool:
        """Whether the words before a figure are those that stand with it in a source, not with another figure."""
        holders: dict[str, set[str]] = {}
        near: dict[str, set[str]] = {}
        for source in self.plains:
            label = content(source.split("：")[0].split(":")[0]) if re.search("[：:]", source) else set()
            for part in claims.statements(source):
                for figure in self._counts(part):
                    near.setdefault(figure, set()).update(content(part) | label)
                for each in _PARTS.split(part):
                    for figure in self._counts(each):
                        holders.setdefault(figure, set()).update(_words(each) | label)
        known = content(self.known)
        for words, figure in _led(self.said):
            key = figure if self.chinese else _number(figure)
            own = holders.get(key)
            if own is None:
                continue
            others = set().union(*(one for name, one in holders.items() if name != key))
            turned = {"have", "bar"} & words and {"have", "bar"} & own and not {"have", "bar"} & words & own
            if turned or words & (others - own) or "short" in words - own or words & known - near[key]:
                return False
        return True

    def _counts(self, text: str) -> set[str]:
        """The figures of a text that are no periods; in English, where a unit stands on either side, their numbers."""
        found = claims.figures(text) - claims.periods(text)
        return set(found) if self.chinese else {_number(one) for one in found}

    def of_the_rules_only(self) -> bool:
        """Whether a sentence that rests on clauses alone speaks of nobody in particular."""
        return (any(not one.ref for one in self.given) or not claims.of_applicant(self.said)
                or claims.conditional(self.said))

    def conditions_whole(self) -> bool:
        """Whether a condition that is one item of several is given with all its parts: 有…行为，造成严重后果."""
        about = content(self.said)
        for source in self.plains if claims.conditional(self.said) else ():
            items = [claims.clauses(one) for one in _ITEMS.split(source)[1:]]
            shares = [(len(about & content("，".join(item))), item) for item in items]
            most = max((share for share, _ in shares), default=0)
            if most and any(not all(about & content(part) for part in item if content(part))
                            for share, item in shares if share == most):
                return False
        return True


class Splitter:
    """Cuts a stream into sentences, each with the source numbers that follow its end."""

    def __init__(self) -> None:
        self._waiting = ""

    def feed(self, piece: str) -> Iterator[str]:
        """The sentences that are whole now."""
        self._waiting += piece
        while (
            (match := _SENTENCE.match(self._waiting))
            and match.end() < len(self._waiting)
            and not _may_go_on(self._waiting[match.end() :])
        ):
            yield match.group()
            self._waiting = self._waiting[match.end() :]

    def rest(self) -> Iterator[str]:
        """What is left at the end."""
        while self._waiting.strip():
            match = _SENTENCE.match(self._waiting)
            end = match.end() if match and match.end() else len(self._waiting)
            yield self._waiting[:end]
            self._waiting = self._waiting[end:]


def sentences(pieces: Iterator[str]) -> Iterator[str]:
    """Whole sentences from a stream, each with the source numbers that follow its end."""
    splitter = Splitter()
    for piece in pieces:
        yield from splitter.feed(piece)
    yield from splitter.rest()


def _may_go_on(rest: str) -> bool:
    """Whether what follows a sentence may still be a source number that belongs to it."""
    return re.fullmatch(r"\s*(?:[\[【\u3014（(]\s*\[?\d{0,2}\s*)?", rest) is not None


_ITEMS = re.compile(r"[（(][一二三四五六七八九十]{1,3}[）)]")
_PARTS = re.compile(r"(?<!\d)[，,]|[，,](?!\d{3})|[（(](?=[^）)]*\d)")   # a bracket with a figure is a part of its own
_MARKS = frozenset({"请", "务必", "记得", "建议", "敬请", "烦请", "please"})


def _led(said: str) -> Iterator[tuple[frozenset[str], str]]:
    """Each figure with the words that lead to it, in Chinese those behind it where none do; periods aside."""
    for part in claims.clauses(said):
        places = [(match.start(), match.end()) for match in _NUMBERED.finditer(part)]
        start, chinese = 0, _HAN.search(part)
        for at, (first, last) in enumerate(places):
            ends = places[at + 1][0] if at + 1 < len(places) else len(part)
            words = _words(part[start:first]) if chinese else _words(part[start:ends])
            for figure in claims.figures(part[first:last + 1]) - claims.periods(part[first:last + 1]):
                yield words or content(part[last:ends]), figure
            start = last


def _words(text: str) -> frozenset[str]:
    """What a piece of text is about, and what it calls a figure."""
    return content(text) | claims.roles(text)


def _without(text: str, names: Sequence[str]) -> str:
    for one in names:
        text = text.replace(one, "，")
    return text


def _is_askers(part: str, question: str) -> bool:
    """Whether a clause says that its figure is the asker's, or is one of the question's order (第二年)."""
    ordinals = claims.ordinals(part)
    its = bool(ordinals and ordinals <= claims.ordinals(question))
    return its or claims.of_applicant(part) or claims.supposes(part)


def _says(source: str, classes: frozenset[str]) -> bool:
    return any(_plainly(claims.judgements(part)) == _plainly(classes) for part in claims.clauses(source))


def _plainly(classes: frozenset[str]) -> frozenset[str]:
    """Whether it is met needs judgement: that it needs judgement."""
    return classes - {"whether"} if classes & {"open", "judged"} else classes


def _joined_items(said: str) -> str:
    """第五条（一） with its item, so that a bracket does not part them."""
    return re.sub(r"条[（(\ue000]([一二三四五六七八九十\d]{1,3})[）)\ue001]", r"条\1项", said)


def _number(figure: str) -> str:
    found = re.match(r"[\d.]+", figure)
    return found.group() if found else figure


_TERM = re.compile(r"\d[\d,.]*(?=\s*[-+×])|(?<=[-+×])\d[\d,.]*")
_ADDING = re.compile(r"[-+×=加减里]|其中|扣除")
_NUMBERED = re.compile(
    r"(?<!附件)(?<!附件\d)(?<!引文)(?<!引文\d)(?<!名称)(?<!attachment )(?<!quotation )(?<!name )(?<!第)"
    r"(?<!\d)(?:\d[\d,.]*\d|\d)[万亿]?")


def _answering(verdict: str) -> frozenset[str]:
    """What the verdict lets a sentence say: its own words, and what is the same."""
    if not verdict:
        return frozenset()
    same = {"not_met", "cannot"} if _NEGATIVE_VERDICT.match(verdict) else {"met", "can", "yes"}
    return claims.outcomes(verdict) | same


def _of_verdict(answers: frozenset[str], said: str) -> set[str]:
    """The denials of the verdict's own words (不够, 不能) in a sentence."""
    if not answers & {"not_met", "cannot"}:
        return set()
    return set(claims.denials(said)) & {"不够", "不能", "不可", "不得", "不符", "不达", "不到", "未达", "not"}


def _bare(text: str) -> str:
    return _PUNCTUATION.sub("", text)
