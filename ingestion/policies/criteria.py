"""`criteria.yaml`, every entry held against the policy's text: its quotation, its citation and its bar."""
from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from ingestion import typed_yaml
from ingestion.domain import Article, Criterion, CriterionKind, Scale, Span
from ingestion.errors import PolicyError
from ingestion.policies import articles, measures, scales
from ingestion.policies.files import CRITERIA, FACTS, HEAD, TEXT, CriterionEntry, Problems, Words

_WITHOUT_FACTS = (CriterionKind.JUDGEMENT, CriterionKind.TOTAL)


class Wording(Words, frozen=True, kw_only=True):
    """`measure` is the bar as the clause words it ("20篇（含）以上", "多家"), "" where it names no number."""

    measure: str = ""


class Against(Struct, frozen=True):
    """What criteria are held against. `kinds`: "count", "money" or "yes_no" by fact, None where they are not known."""

    text: str
    articles: tuple[Article, ...]
    applied: frozenset[str]          # the articles that some base type names
    term: str                        # the policy's words for the window
    kinds: Mapping[str, str] | None
    windowed: frozenset[str]         # the facts that the window limits


def read(problems: Problems, against: Against) -> tuple[tuple[Criterion, ...], dict[str, Wording]]:
    """The criteria in the order of the file, and their wordings by id; mistakes go to `problems`."""
    path = problems.folder / CRITERIA
    try:
        raw = typed_yaml.decode(typed_yaml.read(path), list[object], path)
    except PolicyError as error:
        problems.add_error(error)
        return (), {}
    criteria: list[Criterion] = []
    wordings: dict[str, Wording] = {}
    for place, one in enumerate(raw):
        try:
            entry = typed_yaml.decode(one, CriterionEntry, path, [place])
        except PolicyError as error:
            problems.add_error(error)
            continue
        if entry.id in wordings:
            problems.add(CRITERIA, [place, "id"], f"criterion {entry.id!r} stands twice; rename one",
                         f"要求 {entry.id} 重复，请改名")
        held = _Entry(entry, place, problems, against)
        criteria.append(held.criterion())
        wordings[entry.id] = held.wording()
    _check_totals(criteria, problems)
    return tuple(criteria), wordings


def _check_totals(criteria: Sequence[Criterion], problems: Problems) -> None:
    """A total adds up criteria that earn points."""
    scored = {one.id for one in criteria if one.points is not None}
    for place, one in enumerate(criteria):
        if one.kind is not CriterionKind.TOTAL:
            continue
        wrong = sorted(set(one.sums) - scored)
        if wrong or not scored:
            named, chinese = (", ".join(wrong), "、".join(wrong)) if wrong else ("no criterion", "没有一项要求")
            problems.add(CRITERIA, [place, "sums"] if one.sums else [place],
                         f"{one.id!r} adds up points, but {named} earns none; give it `points` or leave it out",
                         f"{one.id} 汇总得分，而{chinese}未设 points，请补上或删去")


class _Entry:
    """One entry while it is held against the text."""

    def __init__(self, entry: CriterionEntry, place: int, problems: Problems, against: Against) -> None:
        self.entry, self.place, self.problems, self.against = entry, place, problems, against

    def criterion(self) -> Criterion:
        one = self.entry
        self._facts()
        if self.against.applied and one.article not in self.against.applied:
            self._fault("cites", f"no base type names the article of {one.cites}; add it to one in {HEAD}",
                        f"没有基地类型适用 {one.cites} 所在的条，请在 {HEAD} 中补上")
        return Criterion(one.id, one.cites, one.quote, self._span(), one.kind, one.label, one.label_en, one.facts,
                         one.bar, not one.priority and one.points is None, one.comparator, one.related, one.points,
                         one.sums)

    def wording(self) -> Wording:
        one = self.entry
        written = {name: getattr(one, name) for name in Words.__struct_fields__}
        named = {"noun": one.noun or one.label, "noun_en": one.noun_en or one.label_en, "measure": self._measure()}
        return Wording(**written | named)

    def _span(self) -> Span:
        """Where the quotation stands; it must do so exactly once, inside what it cites."""
        one, text = self.entry, self.against.text
        cited = articles.by_ref(self.against.articles, one.cites)
        if self.against.articles and (cited is None or cited.ref != one.cites):
            hint, chinese = (f"write {cited.ref}", f"请写作 {cited.ref}") if cited else \
                ("cite an article or item of it", "请引用原文中有的条或项")
            self._fault("cites", f"{one.cites!r} does not stand in {TEXT}; {hint}",
                        f"{TEXT} 中没有 {one.cites}，{chinese}")
        count = text.count(one.quote) if one.quote else 0
        start = text.find(one.quote)
        span = Span(start, start + len(one.quote))
        if text and count == 0:
            self._fault("quote", f"the quotation of {one.id!r} does not stand in {TEXT}; copy it letter by letter, "
                        "blanks and brackets too", f"{one.id} 的引文不在 {TEXT} 中，请逐字照抄，含空格和括号")
        elif text and count > 1:
            self._fault("quote", f"the quotation of {one.id!r} stands {count} times in {TEXT}; quote more of it",
                        f"{one.id} 的引文在 {TEXT} 中出现{count}次，请多引几个字")
        elif cited is not None and not cited.span.start <= span.start <= span.end <= cited.span.end:
            inside = self._holder(span)
            self._fault("cites", f"the quotation of {one.id!r} stands outside {one.cites}; "
                        f"cite {inside or 'where it stands'}",
                        f"{one.id} 的引文不在 {one.cites} 中，请改引 {inside or '其所在的条'}")
        return span

    def _holder(self, span: Span) -> str:
        for article in self.against.articles:
            for ref, whole in [*((item.ref, item.span) for item in article.items), (article.ref, article.span)]:
                if whole.start <= span.start and span.end <= whole.end:
                    return ref
        return ""

    def _facts(self) -> None:
        """The entry's facts must be there, of its kind, and within the window where its clause is."""
        one, kinds = self.entry, self.against.kinds
        if one.kind in _WITHOUT_FACTS and one.facts:
            self._fault("facts", f"{one.id!r} is {one.kind} and needs no fact; move them to `related`",
                        f"{one.id} 属 {one.kind}，不依据事实，请改列于 related")
        elif one.kind not in _WITHOUT_FACTS and not one.facts:
            self._fault("", f"{one.id!r} names no fact; add `facts`", f"{one.id} 未写所依据的事实，请补 facts")
        if kinds is None:
            return
        for name, key in [*(("facts", key) for key in one.facts), *(("related", key) for key in one.related)]:
            if key not in kinds:
                self._fault(name, f"{one.id!r} names the fact {key!r}, which {FACTS}/ does not describe; mend the "
                            "name or describe it", f"{one.id} 引用的事实 {key} 未在 {FACTS}/ 中说明，请改名或补充")
            elif name == "facts" and (kinds[key] == "yes_no") != (one.kind is CriterionKind.YES_NO):
                self._fault("kind", f"{one.id!r} is {one.kind}, but its fact {key!r} is {kinds[key]}; make them agree",
                            f"{one.id} 属 {one.kind}，而事实 {key} 属 {kinds[key]}，请改为一致")

        term = self.against.term
        if one.kind is CriterionKind.COUNT and term and term in one.quote:
            for key in one.facts:
                if key in kinds and key not in self.against.windowed:
                    self._fault("facts", f"the clause of {one.id!r} says {term!r}, but its fact {key!r} has no window; "
                                f"write time: window for it in {FACTS}/",
                                f"{one.id} 的条文写明“{term}”，而事实 {key} 不限期间，请在 {FACTS}/ 中设 time: window")

    def _measure(self) -> str:
        """The bar in the quotation's own words, after holding `bar`, `unit` and `comparator` against it."""
        one = self.entry
        if one.points is not None:
            return self._scale(one.points)
        if one.kind is CriterionKind.PLURAL:
            unit = measures.plural_unit(one.quote)
            if unit != one.unit or not unit:
                self._disagrees("unit", one.unit, f"多{unit}" if unit else "")
            return f"多{unit}"
        if one.kind not in (CriterionKind.COUNT, CriterionKind.TOTAL):
            for name in ("bar", "unit", "presence"):
                if getattr(one, name):
                    self._fault(name, f"{one.id!r} is {one.kind} and has no {name}; remove it",
                                f"{one.id} 属 {one.kind}，不应有 {name}，请删去")
            return ""
        if one.bar is None:
            self._fault("", f"{one.id!r} counts and has no bar; add `bar`", f"{one.id} 缺少 bar，请补上")
            return ""
        found = measures.measures(one.quote)
        if one.presence:
            if one.bar != 1:
                self._fault("bar", f"{one.id!r} asks for something without a number; write bar: 1",
                            f"{one.id} 只要求有，bar 应为 1")
            if not measures.asks_for_presence(one.quote):
                self._disagrees("presence", "true", found[0].text if found else "")
            return ""
        if len(found) != 1:
            self._disagrees("quote", f"{one.bar}{one.unit}", "、".join(each.text for each in found))
            return ""
        read = found[0]
        for name, wrong in (("bar", one.bar != read.bar), ("unit", one.unit != read.unit),
                            ("comparator", one.comparator != read.comparator)):
            if wrong:
                self._disagrees(name, str(getattr(one, name)), read.text)
        return read.text

    def _scale(self, scale: Scale) -> str:
        """The points in the quotation's own words, after holding `points` and `unit` against them."""
        one = self.entry
        if one.kind in (CriterionKind.PLURAL, CriterionKind.TOTAL) or one.bar is not None or one.presence:
            self._fault("points", f"{one.id!r} earns points and has no bar; it is count, yes_no or judgement",
                        f"{one.id} 按分计，不应有 bar，kind 应为 count、yes_no 或 judgement")
        if one.kind is not CriterionKind.COUNT and (scale.each or scale.steps):
            self._fault("points", f"{one.id!r} is {one.kind} and earns all its points or none; write `most` alone",
                        f"{one.id} 属 {one.kind}，得全分或不得分，points 只写 most")
        read = scales.read(one.quote)
        if read is None or read.scale != scale:
            self._disagrees("points", scales.written(scale), scales.written(read.scale) if read else "")
            return ""
        if read.unit and read.unit != one.unit:
            self._disagrees("unit", one.unit, read.text)
        return read.text

    def _disagrees(self, name: str, written: str, read: str) -> None:
        said, chinese = (f"says {read!r}", f"写的是“{read}”") if read else ("names no such thing", "没有这样写")
        self._fault(name, f"{name} of {self.entry.id!r} is {written!r}, but the quotation {said}; "
                    "write what the policy says",
                    f"{self.entry.id} 的 {name} 为 {written}，而引文{chinese}，请照原文改正")

    def _fault(self, name: str, english: str, chinese: str) -> None:
        keys: Sequence[str | int] = [self.place, name] if name else [self.place]
        self.problems.add(CRITERIA, keys, english, chinese)
