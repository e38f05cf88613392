"""From an assessment to the report: what stands in which column, which quotes are shown, what was left out."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from assistant.report import second
from assistant.report.labels import Vocabulary
from assistant.report.model import DocumentLine, FactSection, Field, Gap, LeftOut, Quotation, Report, Row, Unread
from assistant.report.particulars import Particulars
from assistant.wording.phrases import phrases
from ingestion import language as wordings
from ingestion.domain import (
    Assessment,
    Difference,
    Document,
    Evidence,
    Exclusion,
    Fact,
    Finding,
    Interval,
    Notice,
    Outcome,
    Unexplained,
    number_of,
)
from ingestion.facts import limits
from ingestion.policies.policy import Policy

QUOTES_A_ROW = 3      # in the table of criteria; all of them stand in the list of evidence
ROWS_A_FACT = 150     # in the list of evidence; beyond them its pieces are given by their number
EXCERPT_LENGTH = 120  # characters of a quote in the table of criteria; whole in the list of evidence
CLAUSE_ENDS = "。；;！？\n"
PAUSES = CLAUSE_ENDS + "，,、\t ）)"


def compose(assessment: Assessment, policy: Policy, language: str = "zh",
            particulars: Particulars | None = None) -> Report:
    """The report of an assessment under the policy it was made with."""
    return _Composer(assessment, policy, language, particulars or Particulars()).report()


def fact_sections(facts: Mapping[str, Fact], exclusions: Mapping[str, Sequence[Exclusion]], policy: Policy,
                  language: str = "zh", unexplained: Mapping[str, Sequence[Unexplained]] | None = None
                  ) -> tuple[FactSection, ...]:
    """Present facts and those with something left out, or not decided, in the policy's order."""
    names = Vocabulary(policy, language)
    sections = []
    for key in policy.facts.facts:
        fact = facts.get(key)
        left_out = exclusions.get(key) or (fact.exclusions if fact else ())
        open_ = unexplained.get(key, ()) if unexplained else ()
        if fact or left_out or open_:
            shown = limits.few(fact.evidence, lambda one: one.method, ROWS_A_FACT) if fact else ()
            sections.append(FactSection(
                key, names.fact_label(key), names.figure(fact) if fact else "", bool(fact and fact.conflict),
                tuple(names.quotation(key, piece) for piece in shown),
                tuple(LeftOut(names.say.place(piece.document, piece.page), piece.quote, names.reason(piece), piece.more)
                      for piece in limits.few(tuple(left_out), lambda one: one.reason, ROWS_A_FACT))
                + tuple(LeftOut(names.say.place(piece.document, piece.page), piece.quote, names.undecided(piece),
                                piece.more) for piece in limits.few(tuple(open_), lambda one: one.why, ROWS_A_FACT))))
    return tuple(sections)


def unread(documents: Sequence[Document], language: str = "zh") -> tuple[Unread, ...]:
    """What was not read, or read with doubt, document by document."""
    say = phrases(language)
    return tuple(Unread(document.name, say.place(document.name, _page_apart(notice)),
                        say.pick(notice.text, notice.text_en)) for document in documents for notice in document.notices)


def _page_apart(notice: Notice) -> int | None:
    """The page of a notice whose own words do not name it."""
    known = wordings.load("notices")["notices"].get(notice.code)
    return None if known and "{pages}" in known["zh"] else notice.page


def excerpt(quote: str, limit: int = EXCERPT_LENGTH) -> str:
    """A contiguous part of `quote` from its start, at most `limit` long, that ends where a clause or a word does."""
    if len(quote) <= limit:
        return quote
    for marks in (CLAUSE_ENDS, PAUSES):
        for end in range(limit, limit // 3, -1):
            if quote[end - 1] in marks:
                return quote[:end].rstrip()
    return quote[:limit]


class _Composer:
    def __init__(self, assessment: Assessment, policy: Policy, language: str, particulars: Particulars) -> None:
        self.assessment, self.policy, self.particulars = assessment, policy, particulars
        self.names = Vocabulary(policy, language)
        self.words = self.names.words

    def report(self) -> Report:
        """The whole report."""
        assessment, words, names = self.assessment, self.words, self.names
        return Report(
            language=words.language,
            title=names.say.pick(self.policy.form.title, self.policy.form.title_en) or words("form_title"),
            status=names.status(),
            disclaimers=(words("disclaimers.pre_screen"), words("disclaimers.policy", status=names.status())),
            head=self._head(),
            suggestion=names.suggestion(assessment.overall, assessment.findings),
            overall=assessment.overall,
            tally=self._tally(),
            rows=self._rows(),
            gaps=self._gaps(Outcome.NOT_MET, Outcome.INSUFFICIENT),
            judgements=self._gaps(Outcome.JUDGEMENT),
            conflicts=(*map(self._identity, assessment.identity),
                       *(self._conflict(fact) for fact in assessment.facts.values() if fact.conflict)),
            facts=self._fact_sections(),
            unread=unread(assessment.documents, words.language),
            notes=assessment.notes,
            policy=self._policy(),
            documents=tuple(
                DocumentLine(document.name, str(len(document.pages) or words("no_pages")), document.sha256)
                for document in assessment.documents),
        )

    def _fact_sections(self) -> tuple[FactSection, ...]:
        """The facts that this base type's criteria ask about; the JSON has all."""
        asked = {key for finding in self.assessment.findings
                 for key in (*finding.criterion.facts, *finding.criterion.related)}
        sections = fact_sections(self.assessment.facts, self.assessment.exclusions, self.policy, self.words.language,
                                 self.assessment.unexplained)
        return tuple(section for section in sections if section.key in asked)

    def _head(self) -> tuple[Field, ...]:
        """The head of the form, line by line."""
        known, assessment = self.particulars, self.assessment
        values = {
            "number": known.number, "name": known.name, "base_type": self.names.base_type(assessment.base_type),
            "applicant": known.applicant, "recommender": known.recommender, "received": "", "reviewed": "",
            "policy": self.names.policy_line(), "application_date": assessment.application_date.isoformat(),
            "window": self._window(),
        }
        form = self.policy.form
        own = {"name": self.names.say.pick(form.name, form.name_en), "window": self.names.term()}
        return tuple(Field(key, own.get(key) or self.words(f"head.{key}"), value) for key, value in values.items())

    def _gaps(self, *outcomes: Outcome) -> tuple[Gap, ...]:
        names = self.names
        return tuple(
            Gap(names.label(finding.criterion), names.citation(finding.criterion), names.say.outcome(finding.outcome),
                finding.gap) for finding in self.assessment.findings if finding.gap and finding.outcome in outcomes)

    def _policy(self) -> tuple[tuple[str, str], ...]:
        assessment = self.assessment
        values = {
            "name": self.names.title(), "id": assessment.policy_id, "version": assessment.policy_version,
            "status": self.names.status(), "sha256": assessment.policy_sha256, "window": self._window(),
        }
        return tuple((self.words(f"policy.{key}"), value) for key, value in values.items())

    def _window(self) -> str:
        start, end = self.assessment.window
        return self.words("until", start=start.isoformat(), end=end.isoformat())

    def _counts(self, *, required: bool) -> dict[Outcome, int]:
        outcomes = [finding.outcome for finding in self.assessment.findings
                    if finding.criterion.required is required and finding.criterion.points is None]
        return {outcome: outcomes.count(outcome) for outcome in Outcome}

    def _named_counts(self, *, required: bool) -> dict[str, int]:
        counts = self._counts(required=required)
        return {"all": sum(counts.values()), **{outcome.value: count for outcome, count in counts.items()}}

    def _tally(self) -> tuple[str, ...]:
        """How many criteria came to what: required, with points, preferred, and how two readers lie to each other."""
        lines = [self.words("tally", **self._named_counts(required=True))]
        if scored := self.names.scored(self.assessment.findings):
            lines.append(scored)
        optional = self._counts(required=False)
        if any(optional.values()):
            found = self.words("list_separator").join(
                self.names.say.outcome(outcome) for outcome, count in optional.items() for _ in range(count))
            lines.append(self.words("tally_priority", all=sum(optional.values()), outcomes=found))
        if self.assessment.second is not None:
            lines += second.lines(self.assessment.second, self.names)
        return tuple(lines)

    # The table of criteria --------------------------------------------------------------------------------------------

    def _rows(self) -> tuple[Row, ...]:
        rows = (*self._material_rows(), *map(self._criterion_row, self.assessment.findings), *self._consistency_rows())
        return tuple(replace(row, number=number) for number, row in enumerate(rows, 1))

    def _material_rows(self) -> Iterator[Row]:
        words, documents = self.words, self.assessment.documents
        in_part = sum(1 for document in documents if document.notices)
        outcome = Outcome.JUDGEMENT if in_part else Outcome.MET
        category = words("categories.documents")
        yield Row(category, words("rows.readable"), words("rows.readable_requirement"), self.names.outcome(outcome),
                  outcome, figure=words("rows.readable_figure", read=len(documents) - in_part, all=len(documents)),
                  note=words("rows.readable_part" if in_part else "rows.readable_all"))
        yield Row(category, words("rows.sealed"), words("rows.sealed_requirement"), words("by_hand"),
                  note=words("rows.sealed_note"))

    def _criterion_row(self, finding: Finding) -> Row:
        names, criterion, facts = self.names, finding.criterion, self.assessment.facts
        quotations, more = self._chosen(finding.evidence, (*criterion.facts, *criterion.related))
        return Row(names.category(criterion), names.label(criterion), names.requirement(criterion),
                   names.reached(finding), finding.outcome, citation=names.citation(criterion),
                   clause=criterion.quote, figure=names.shown(finding, facts), quotations=quotations, more=more,
                   note=finding.explanation, gap="" if finding.outcome is Outcome.JUDGEMENT else finding.gap,
                   required=criterion.required)

    def _consistency_rows(self) -> Iterator[Row]:
        """A row for each contradiction: on who applies, and on facts."""
        words, names = self.words, self.names
        for one in map(self._identity, self.assessment.identity):
            yield Row(words("categories.consistency"), words("rows.consistent", label=one.label),
                      words("rows.consistent_requirement"), words("figure.conflict"), Outcome.INSUFFICIENT,
                      figure=one.figure, quotations=one.quotations, note=words("rows.identity_note"))
        for fact in self.assessment.facts.values():
            if fact.conflict:
                quotations, more = self._chosen(fact.evidence, (fact.key,))
                label = words("rows.consistent", label=names.fact_label(fact.key))
                yield Row(words("categories.consistency"), label, words("rows.consistent_requirement"),
                          words("figure.conflict"), Outcome.INSUFFICIENT, figure=names.figure(fact),
                          quotations=quotations, more=more, note=words("rows.consistent_note"))

    def _chosen(self, evidence: Sequence[Evidence], keys: Sequence[str]) -> tuple[tuple[Quotation, ...], str]:
        """A few pieces that show the most: one of each document and method first. The rest is counted."""
        first: dict[tuple[str, str], Evidence] = {}
        for piece in evidence:
            first.setdefault((piece.document, piece.method.value), piece)
        leading = list(first.values())
        chosen = [*leading, *(piece for piece in evidence if piece not in leading)][:QUOTES_A_ROW]
        shown = tuple(self.names.quotation(self._key_of(piece, keys), piece, excerpt(piece.quote))
                      for piece in evidence if piece in chosen)
        left = number_of(evidence) - len(shown)
        return shown, self.words("more_evidence", count=left) if left else ""

    def _identity(self, one: Difference) -> FactSection:
        """What the documents say differently of who applies; it is no fact of the policy's."""
        return FactSection("", *self.names.identity(one), True,
                           tuple(self.names.quotation("", piece) for piece in one.evidence), ())

    def _conflict(self, fact: Fact) -> FactSection:
        """What each document says, once for every reading; a list says how many of its items were counted."""
        names, sides = self.names, dict[tuple[object, ...], list[Evidence]]()
        for piece in fact.evidence:
            sides.setdefault((piece.document, piece.method, piece.reads), []).append(piece)
        quotations = [replace(names.quotation(fact.key, pieces[0]), more=0) for pieces in sides.values()]
        for place, pieces in enumerate(sides.values()):
            if pieces[0].reads is None:
                number = number_of(pieces)
                counted = names.interval(fact.key, Interval(number, number))
                quotations[place] = replace(quotations[place], reads=self.words("counted", figure=counted))
        return FactSection(fact.key, names.fact_label(fact.key), names.figure(fact), True, tuple(quotations), ())

    def _key_of(self, piece: Evidence, keys: Sequence[str]) -> str:
        """The fact that `piece` is evidence for, of those the criterion names."""
        facts = self.assessment.facts
        return next((key for key in keys if key in facts and piece in facts[key].evidence), "")
