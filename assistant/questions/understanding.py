"""Understanding a question without a model: its language, its parts, and in each part what it is about and how it asks.

Everything is read from a folded copy of the same length (half-width, simplified, lower case); offsets hold in both.
"""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as copied
from functools import cached_property

from msgspec.structs import replace

from assistant.questions import question_form, rates
from assistant.questions.term_spotting import SHORTEST_SLIP, Lexicon, Spotted
from assistant.questions.topics import Topics, words_of
from assistant.questions.unknown_words import Strangers, everyday, plain_english
from ingestion import language
from ingestion.domain import Interval, Span
from ingestion.errors import UsageError
from ingestion.language.characters import simplified
from ingestion.numbers import numerals
from ingestion.policies import articles

LONGEST = 2_000      # characters
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_LATIN = re.compile(r"[A-Za-z]")
_OTHER_SCRIPTS = re.compile(r"[\u0370-\u1fff\u3040-\u30ff\uac00-\ud7af]")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)(?!\s*(?:号|\u3015|】|\]|）))\s*年?")
_AMOUNT = re.compile(r"\d+\.\d+\s*(?:million|billion|thousand|%|percent|万|亿|千)")
_DECIMAL = re.compile(r"(?<![\d.])\d+\.(?:0\d*|\d{3,})(?![\d.])")      # 1.02 is the number of no clause
_BARE = re.compile(
    r"(?<=[\u4e00-\u9fff])(?=\d{1,3}\s*条\s*第?\d{1,2}\s*项"
    r"|\d{1,2}\.\d{1,2}(?![\d.%％万亿元年月日篇项个名人家户分倍岁美欧]))"
)
_ITEM_OF_TYPE = re.compile(r"(?:的|那|这|里|条件)?第\s*([一二三四五六七八九十\d]{1,2})\s*条(?!件)")
_CLAUSE = re.compile(
    r"(?:[^,，;；。?？!！\n同并]|[,，](?=\d{3}(?!\d))|同(?!时)|并(?!且))+(?:[,，;；。?？!！\n]|同时|并且)*")
_PARAGRAPH = re.compile(r"(条\s*第?\s*[一二三四五六七八九十\d]{1,3}\s*)款")   # what people call an item, too
_ENGLISH_NUMBERS = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
                    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
                    "twenty")
_SPELLED = re.compile(r"\barticle (" + "|".join(_ENGLISH_NUMBERS[1:]) + r")\b")
_HOW_MANY = re.compile(      # 两条都过了
    r"(?<![第\d（(])[一二两三四五六七八九十]条(?=都|全|也|均|里|中|要求|标准|指标|硬|线|一起)")
_TEN_THOUSANDS = re.compile(r"[一二两三四五六七八九十百千零]{2,}万(?![\u4e00-\u9fff]?[家户篇个项人件])")
_ENGLISH_WORDS = 3  # so many words in a row make a question English although it holds some Chinese


@dataclass(frozen=True)
class Part:
    """One question of what was asked. `found` maps the subjects that are named to the words that name them."""

    text: str  # folded
    language: str
    asks: frozenset[str]
    found: Mapping[str, tuple[Spotted, ...]]
    refs: tuple[str, ...] = ()
    chapter: int | None = None
    quantities: tuple[numerals.Quantity, ...] = ()
    strange: tuple[str, ...] = ()  # pieces that neither the policy nor everyday language explains
    years_ago: int | None = None
    years: tuple[int, ...] = ()
    gaps: frozenset[str] = field(default_factory=frozenset)  # matters that are known not to be settled
    inherited: frozenset[str] = field(default_factory=frozenset)  # subjects that only an earlier question named
    continues: bool = False  # it names nothing of its own, and is about what the question before was about

    @property
    def polar(self) -> bool:
        """Whether it can be answered with yes or no."""
        return bool(self.asks & {"yes_no", "confirm"})

    @property
    def subjects(self) -> frozenset[str]:
        return frozenset(self.found) | self.inherited

    def clauses(self) -> list[Part]:
        """Its clauses, each as a part of its own, with the subjects that are named there."""
        return [self.piece(Span(*match.span())) for match in _CLAUSE.finditer(self.text)]

    def asking(self) -> Part:
        """The clause that puts it, with the subjects that are named there."""
        said = question_form.asking(self.text)
        start = self.text.rfind(said)
        return self.piece(Span(start, start + len(said)))

    def piece(self, span: Span) -> Part:
        """The part that stands in a span of its text."""
        found = {name: tuple(replace(one, span=Span(one.span.start - span.start, one.span.end - span.start))
                             for one in words if span.start <= one.span.start and one.span.end <= span.end)
                 for name, words in self.found.items()}
        found = {name: words for name, words in found.items() if words}
        return copied(self, text=self.text[span.start:span.end], found=found, quantities=())

    def spans(self, subject: str) -> tuple[Span, ...]:
        return tuple(one.span for one in self.found.get(subject, ()))


@dataclass(frozen=True)
class Question:
    """`text` is the question as it was put, without invisible characters."""

    text: str
    language: str
    parts: tuple[Part, ...]
    understood: str = ""  # with what the turns before add to it


class Reader:
    """Reads questions about one policy; made once for its topics."""

    def __init__(self, topics: Topics, policy_text: str = "") -> None:
        """Words and patterns of the policy's subjects and gaps, ready to be spotted."""
        self.topics = topics
        self._policy_text = policy_text
        self._words: dict[str, list[str]] = {}
        self._light: dict[str, list[str]] = {}    # of subjects that tell nothing: they hide no other word
        self._patterns: list[tuple[str, re.Pattern[str]]] = []
        for name, subject in topics.subjects.items():
            words, patterns = words_of(subject.words)
            for word in words:
                (self._words if subject.weight else self._light).setdefault(word.lower(), []).append(name)
            self._patterns += [(name, re.compile(one, re.IGNORECASE)) for one in patterns]
        self._gap_words: dict[str, list[str]] = {}
        self._gap_patterns: list[tuple[str, re.Pattern[str]]] = []
        for gap in topics.gaps:
            words, patterns = words_of(gap.words)
            for word in words:
                self._gap_words.setdefault(word.lower(), []).append(gap.id)
            self._gap_patterns += [(gap.id, re.compile(one, re.IGNORECASE)) for one in patterns]

    @cached_property
    def _sound(self) -> str:
        """What is written as it should be: the policy, every known word, and everyday words."""
        known = (self._words, self._light, self._gap_words, everyday(), plain_english())
        return "\n".join([fold(self._policy_text), *(word for words in known for word in words)])

    @cached_property
    def _lexicon(self) -> Lexicon:
        return Lexicon(self._words, self._sound)

    @cached_property
    def _light_lexicon(self) -> Lexicon:
        return Lexicon(self._light, self._sound)

    @cached_property
    def _gap_lexicon(self) -> Lexicon:
        return Lexicon(self._gap_words, self._sound, SHORTEST_SLIP + 2, bends=False)

    @cached_property
    def _strangers(self) -> Strangers:
        english = [*(one.en for one in self.topics.glosses.values()), *(one.en for one in self.topics.points)]
        return Strangers(fold(self._policy_text), [*self._words, *self._light, *english])

    def read(self, text: str, answer_language: str | None = None) -> Question:
        """The question; UsageError when it is empty, too long, garbled or in a language that is not understood."""
        clean = cleaned(text)
        spoken = answer_language or language_of(clean)
        parts = [self._part(piece, spoken) for piece in question_form.split(_parted(fold(clean)))]
        return Question(clean, spoken, tuple(_inheriting(parts, self.topics)))

    def whole(self, question: Question) -> Part:
        """All parts of a question as one."""
        return self._part("".join(part.text for part in question.parts), question.language)

    def part(self, folded: str, spoken: str) -> Part:
        """One folded piece of text, read on its own."""
        return self._part(folded, spoken)

    def _part(self, text: str, spoken: str) -> Part:
        """One part of a question: its subjects, figures, clauses, years, and what nobody knows."""
        found: dict[str, list[Spotted]] = {}
        light = self._light_lexicon.spot(text)
        telling = self._lexicon.spot(text, [one.span for one in light if not one.slip])
        for words, some in ((self._words, telling), (self._light, [one for one in light if not one.within(telling)])):
            for spotted in some:
                for name in words[spotted.word]:
                    found.setdefault(name, []).append(spotted)
        for name, one in self._patterns:
            for match in one.finditer(text):
                found.setdefault(name, []).append(Spotted(match.group(), Span(*match.span())))
        strange = self._strangers.find(text, [one.span for words in found.values() for one in words], spoken)
        ago = question_form.years_ago(text)
        years = tuple(int(match[1]) for match in _YEAR.finditer(text))
        refs = _refs(self._with_articles(text, found))
        gaps = {gap for one in self._gap_lexicon.spot(text) for gap in self._gap_words[one.word]}
        gaps |= {gap for gap, one in self._gap_patterns if one.search(text)}
        return Part(
            text,
            spoken,
            question_form.kinds_of(text),
            {name: tuple(words) for name, words in found.items()},
            refs,
            _chapter(text),
            _figures(text, [one.span for words in found.values() for one in words if one.word.isascii()]),
            strange,
            ago,
            years,
            frozenset(gaps),
        )


    def _with_articles(self, text: str, found: Mapping[str, Sequence[Spotted]]) -> str:
        """A text with 第二条 right behind a base type written out where an item of the type's article is meant, as
        there is one of that number: 创新园第二条 is 第六条第二项."""
        for name, words in found.items():
            subject = self.topics.subjects[name]
            for word in words if subject.type and not subject.hint else ():
                match = _ITEM_OF_TYPE.match(text, word.span.end)
                written = next(iter(subject.clauses), "") + f"第{match[1]}项" if match else ""
                if match and set(articles.parse_refs(written)) & set(self.topics.glosses):
                    return text[:match.start()] + written + text[match.end():]
        return text


def cleaned(text: str) -> str:
    """The question without invisible characters; UsageError when nothing can be made of it."""
    text = _INVISIBLE.sub("", text)
    if _CONTROL.search(text):
        code = f"U+{ord(_CONTROL.search(text)[0]):04X}"  # type: ignore[index]
        raise UsageError(
            f"the question holds a control character ({code}); type it again as plain text.",
            f"问题中含有控制字符（{code}）；请以纯文本重新输入。",
        )
    text = " ".join(text.split())
    if not text:
        raise UsageError(
            "the question is empty; ask something about the policy or the application.",
            "问题是空的；请输入一个关于政策或申报材料的问题。",
        )
    if len(text) > LONGEST:
        raise UsageError(
            f"the question has {len(text):,} characters, at most {LONGEST:,} are read; shorten it.",
            f"问题有 {len(text):,} 个字符，最多 {LONGEST:,} 个；请缩短。",
        )
    known = len(_HAN.findall(text)) + len(_LATIN.findall(text))
    if len(_OTHER_SCRIPTS.findall(text)) * 2 > known:
        raise UsageError(
            "questions are understood in Chinese and English only; ask in one of them.",
            "目前只能理解中文和英文的问题；请改用中文或英文提问。",
        )
    if not known and not re.search(r"\d", text):
        raise UsageError(
            f"{text[:20]!r} holds no words; ask a question in Chinese or English.",
            f"“{text[:20]}”中没有文字；请用中文或英文提问。",
        )
    return text


_BLANK = re.compile(   # not 近3年 发表, not 9 户
    r"(?<=[\u4e00-\u9fff])(?<![年月日号条款季届期第]) (?=[\u4e00-\u9fff\d]|ok\b)"
    r"|(?<=[a-z]\d\d) (?=[a-z]{2})|(?<=[a-z]\d) (?=[\u4e00-\u9fff])")


def _parted(folded: str) -> str:
    """国家级1个 市级1个 区级4个, as one types on a telephone: a blank parts Chinese as a comma does. Of the same
    length."""
    return _BLANK.sub("，", folded)


def language_of(text: str) -> str:
    """ "zh" or "en". A question in English may name things in Chinese, and the other way round."""
    if not _HAN.search(text):
        return "en"
    outside = re.sub(r"[“\"（(].*?[”\"）)]", " ", text)
    runs = re.findall(r"[A-Za-z][A-Za-z'’ ,/-]*", outside)
    longest = max((len(run.split()) for run in runs), default=0)
    english = sum(len(run.split()) for run in runs)
    return "en" if longest >= _ENGLISH_WORDS and english > len(_HAN.findall(outside)) else "zh"


def fold(text: str) -> str:
    """Half-width, simplified, lower case, in the words of the mainland, of the same length."""
    folded = language.fold(simplified(text))
    for said, meant in question_form.regional():
        folded = folded.replace(said, meant)
    lower = folded.lower()
    return lower if len(lower) == len(text) else "".join(one.lower()[:1] or one for one in folded)


def _inheriting(parts: Sequence[Part], topics: Topics) -> list[Part]:
    """A later question that names no base type is about the one named before."""
    done: list[Part] = []
    types: frozenset[str] = frozenset()
    for part in parts:
        own = frozenset(name for name in part.found if topics.subjects[name].type and not topics.subjects[name].hint)
        if not own and types:
            part = copied(part, inherited=types)
        types = own or types
        done.append(part)
    return done


def _refs(text: str) -> tuple[str, ...]:
    """The clauses that a folded text names, in any brackets; amounts (2.5 million) are no references."""
    plain = _AMOUNT.sub(lambda match: " " * len(match.group()), text.replace("（", "(").replace("）", ")"))
    rate = rates.stated(plain)      # 汇率7.2 is the number of no clause
    plain = plain[:rate.span.start] + " " * (rate.span.end - rate.span.start) + plain[rate.span.end:] if rate else plain
    plain = _DECIMAL.sub(lambda match: " " * len(match.group()), plain)
    plain = _HOW_MANY.sub(lambda match: " " * len(match.group()), plain)
    plain = _SPELLED.sub(lambda match: f"article {_ENGLISH_NUMBERS.index(match[1])}", plain)
    return tuple(articles.parse_refs(_BARE.sub(" ", _PARAGRAPH.sub(r"\1项", plain))))


def _chapter(text: str) -> int | None:
    match = re.search(r"第\s*([一二三四五六七八九十\d]+)\s*章|chapter\s+(\d+)", text)
    return articles.whole_number(match[1] or match[2]) if match else None


def _figures(text: str, latin: Sequence[Span] = ()) -> tuple[numerals.Quantity, ...]:
    """The quantities of a question, without years, references, codes (21-05) and the term 近三年. `latin`: known words
    that a figure may be written right behind: sci18."""
    taken = [Span(*match.span()) for match in _YEAR.finditer(text)]
    taken += [
        Span(*match.span())
        for match in re.finditer(
            r"第\s*[一二三四五六七八九十\d]+\s*[条章项款](?:\s*[（(]\s*[一二三四五六七八九十\d]+\s*[)）])?|近[三3]年"
            r"|articles?\s*\d+(?:\s*[（(]\s*\d+\s*[)）])?|[一二两三四五六七八九十\d]+年前"
            r"|(?<![\d.])\d{1,4}-\d{1,4}(?=[是的那这对属，。？?]|$)"
            r"|(?<![\d.])\d{1,2}\.\d{1,2}(?![\d.%％万亿元年月日篇项个名人家户分倍岁美欧]|\s*m)",
            text,
        )
    ]
    same_length = text.replace("国家级", "省部级").replace("国际", "省际")  # 两个国家级 are no countries, nor is 万国际
    for span in latin:
        if text[span.end:span.end + 1].isdigit():
            same_length = same_length[:span.start] + "类" * (span.end - span.start) + same_length[span.end:]
    found = numerals.quantities(same_length, taken)
    for match in _TEN_THOUSANDS.finditer(text):      # 一百九十八万 needs no 元 in a question
        number, span = numerals.parse_number(match[0]), Span(*match.span())
        if number is not None and not any(span.overlaps(one) for one in [*taken, *(each.span for each in found)]):
            found.append(numerals.Quantity(span, span, Interval(int(number), int(number)), "", ""))
    return tuple(sorted(found, key=lambda one: one.span))
