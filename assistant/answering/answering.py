"""Answers to questions about the policy, and about an application, with verified citations.

Without a language model an answer is put together from the clauses that settle the question; a model, where one is
configured, only words it, and what it writes is checked sentence by sentence (`assistant.llm`).
"""
from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace as with_parts
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from msgspec.structs import replace

from assistant.agent import turns
from assistant.agent.graph import Chat
from assistant.answering import case_answers
from assistant.answering.advising import Adviser
from assistant.answering.clause_selection import Choice, Kind, Selector
from assistant.answering.composing import Composer, Piece
from assistant.answering.settling import Judge
from assistant.checking import citations, model_wording
from assistant.checking.model_wording import Draft, Names
from assistant.dialogue import conversation, suggesting, talk
from assistant.dialogue.application import mentions
from assistant.dialogue.asker import bars, holding
from assistant.dialogue.asker.holding import Held
from assistant.dialogue.conversation import Turn
from assistant.dialogue.results import together
from assistant.dialogue.tools import Tools
from assistant.learning import likeness
from assistant.llm import Endpoint, LanguageModel
from assistant.questions import clause_weights, question_form, topics
from assistant.questions.dialogue_patterns import says
from assistant.questions.understanding import Part, Question, Reader, fold
from assistant.wording.answer_words import Say, quoted
from ingestion.domain import Answer, Assessment, Citation, Document, Outcome, Passage
from ingestion.policies.policy import Policy

RETRIEVED = 5       # passages that a retriever is asked for
_CLOSED = frozenset({Kind.LOOKUP, Kind.CHAPTER, Kind.EXTENT, Kind.NO_SUCH, Kind.MENTIONS, Kind.GAP})
_DECIDED = frozenset({Kind.CLAUSE, Kind.POINT, Kind.LOOKUP, Kind.NOTHING, Kind.ELSEWHERE, Kind.GAP, Kind.FIGURES})
KEPT = 8            # policies whose advisors are kept
_HOLDS = 0.5        # the share of a claim's words that stand in the clause that holds it


class Hit(Protocol):
    """A passage that a retriever found; `score` is near 0 for the unrelated and near 1 for what says the same."""

    @property
    def passage(self) -> Passage: ...

    @property
    def score(self) -> float: ...

    @property
    def sources(self) -> Sequence[str]: ...


class Retriever(Protocol):
    def search(self, query: str, k: int, /) -> Sequence[Hit]: ...


class Advisor:
    """Everything that answering needs of one policy, made once."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.topics = topics.load(policy)
        self.reader = Reader(self.topics, policy.text)
        self.composer = Composer(policy, self.topics)
        self._adviser = Adviser(policy, self.topics)
        self._judge = Judge(Selector(policy, self.topics), likeness.load(policy.root, self.topics.subjects),
                            self.topics)

    def clauses(self, query: str, retriever: Retriever | None = None) -> list[str]:
        """The clauses that are about a query, the best first."""
        part = self.reader.whole(self.reader.read(query, None))
        judge = self._judge if retriever is None else self._with_opinion(retriever)
        found = list(judge.choose(part, None, None).refs)
        if retriever is not None:
            found += [hit.passage.ref for hit in retriever.search(query, RETRIEVED) if hit.passage.ref]
        return list(dict.fromkeys(found))

    def names(self, assessment: Assessment | None) -> Names:
        """What a model must know by name, and what it must not."""
        policy = self.policy
        types = [word for one in self.topics.subjects.values() if one.type and not one.hint
                 for word in topics.words_of(one.words)[0]]
        labels = [text for one in policy.criteria for text in (one.label, one.label_en)]
        labels += [policy.wordings[one.id].measure for one in policy.criteria]
        labels += [text for one in policy.facts.facts.values() for text in (one.label, one.label_en)]
        own = (policy.text, *filter(None, labels))
        if assessment is None:
            return Names((), types, own)
        documents = assessment.documents
        return Names([one.name for one in documents], types, own, [applicant(documents)],
                     [one.text for one in documents])

    def draft(self, asked: Question, retriever: Retriever | None = None) -> Draft:
        """The answer from the policy alone, without a model."""
        judge = self._judge if retriever is None else self._with_opinion(retriever)
        asked = self._merged(asked)
        whole = self.reader.whole(asked) if len(asked.parts) > 1 else None
        held = self._held(whole or asked.parts[0])
        pieces: list[Piece] = []
        before: Choice | None = None
        considered: list[str] = []
        kinds: list[Kind] = []
        for part in asked.parts:
            advice = self._adviser.advice(part)
            if advice is not None:
                pieces.append(self.composer.advising(part, advice))
                considered += [one.ref for one in advice.cites]
                continue
            choice = judge.choose(part, before, whole)
            if choice.bare and pieces and not part.strange:    # 要多少？ after a question that was answered
                continue
            types = clause_weights.types_of(part, self.topics, hints=True)
            choice, mine = self._decided(part, choice, held)
            pieces.append(self.composer.piece(part, choice, mine, types))
            considered += choice.refs
            kinds.append(choice.kind)
            before = choice if choice.refs else before
        if whole is not None and any(piece.settled for piece in pieces):
            pieces.append(self.composer.quoting(judge.besides(whole, considered)))
        cited = citations.verified((one for piece in pieces for one in piece.cites), self.policy)
        answer = Answer(
            asked.text,
            self.composer.text(pieces, asked.language),
            any(piece.settled for piece in pieces),
            cited,
            language=asked.language,
            considered=tuple(dict.fromkeys(considered)),
            verdict=together(piece.ruled for piece in pieces),
        )
        free = answer.answerable and all(piece.free for piece in pieces)
        said = tuple(piece.said for piece in pieces if piece.said)
        quotes = tuple(quoted(one, Say(asked.language)) for one in cited)
        return Draft(answer, said, quotes, pieces[0].verdict if len(pieces) == 1 else "", free,
                     closed=all(one in _CLOSED for one in kinds))

    def _merged(self, asked: Question) -> Question:
        """够不够？ behind a part that names what it is about belongs to that part, and so does what is asked behind
        what only looks like a question (不是要20篇嘛, 有没有重的没对过, 听说要10家), or asks the same again
        (从哪天起算)."""
        parts: list[Part] = []
        for part in asked.parts:
            asks = part.polar or question_form.asks_lack(part.text)
            bare = (asks and not part.found and not part.refs and not part.quantities and not part.strange) \
                or says("asks", "bare_met", part.text)
            figures = bool(parts) and bool(parts[-1].quantities) and not parts[-1].polar
            rhetorical = bool(parts) and bool(parts[-1].quantities) and part.polar \
                and says("asks", "rhetorical", parts[-1].text)
            doubted = bool(parts) and bool(parts[-1].quantities) and bool(part.quantities) \
                and says("roles", "doubt", parts[-1].text)
            heard = bool(parts) and bool(parts[-1].quantities) and bool(part.quantities) and (
                says("asks", "hearsay", parts[-1].text) or _claims_bar(parts[-1], part))
            starts = bool(parts) and "window" in parts[-1].found and says("asks", "starts", part.text) \
                and not any(self.topics.subjects[name].fact for name in part.found)
            offered = bool(parts) and "quantity" in parts[-1].asks and _offers(part)
            if (bare and figures) or rhetorical or doubted or heard or starts or offered:
                parts[-1] = self.reader.part(parts[-1].text + part.text, asked.language)
            else:
                parts.append(part)
        return with_parts(asked, parts=tuple(parts))

    def _held(self, part: Part, near: Collection[str] = ()) -> Held:
        """What the question says of the asker, held against the criteria; the failed ones first where it asks which."""
        types = clause_weights.types_of(part, self.topics) or self._types_with(part.refs)
        found = holding.hold(part, self.policy, self.topics, types, date.today(), near)  # noqa: DTZ011 - the user's day
        if question_form.asks_lack(part.text):
            found = replace(found, comparisons=tuple(sorted(found.comparisons, key=lambda one: one.verdict != "no")))
        return found

    def _types_with(self, refs: Sequence[str]) -> list[str]:
        """The one base type that articles belong to; none where they are of several, or of all."""
        articles = {ref.split("（")[0] for ref in refs}
        found = [one.id for one in self.policy.base_types if articles & set(one.articles)]
        return found if len(found) == 1 else []

    def _decided(self, part: Part, choice: Choice, held: Held) -> tuple[Choice, Held]:
        """The choice with what decides it: figures and statements about its clauses, or about others where nothing
        speaks of them."""
        none = replace(held, comparisons=(), statements=())
        if part.polar and question_form.asks_exists(part.text) and (part.refs or choice.refs):
            refs = part.refs or choice.refs
            if not self._says(refs, part):
                return Choice(Kind.ABSENT, refs), none
        if not part.polar and not question_form.asks_lack(part.text) and part.asks:
            return choice, none
        if choice.kind not in _DECIDED:
            return choice, none
        every = choice.kind is Kind.FIGURES      # 数量指标全都满足吗
        near = none if every else held.within(choice.refs)
        if not (every or near.comparisons or near.statements) and part.quantities and choice.refs:
            near = self._held(part, choice.refs).within(choice.refs)
        if not part.refs and self._of_all(part, held, near):
            compared = tuple(one for one in held.comparisons if one.criterion.required) or held.comparisons
            cited = tuple(dict.fromkeys(one.criterion.citation for one in compared))
            return Choice(Kind.CLAUSE, cited), replace(held, comparisons=compared, statements=())
        if not (near.comparisons or near.statements) and not part.refs:
            near = self._named(part, held)
            if near.comparisons or any(one.outcome is Outcome.NOT_MET or one.before for one in near.statements):
                about = [one.criterion.citation for one in near.comparisons]
                about += [one.criterion.citation for one in near.statements]
                return Choice(Kind.CLAUSE, tuple(dict.fromkeys(about))), near
            return choice, none
        against = any(one.matches and one.verdict == "no" for one in choice.points)
        unread = len(near.comparisons) == 1 and not any(
            one.total.aside or len(one.total.steps) > 1 for one in near.comparisons)
        if near.comparisons and against and unread and bars.verdict(near.comparisons) == "yes":
            return choice, none
        only_bar = all(one.outcome is None and one.agrees for one in near.comparisons)
        if near.comparisons and only_bar and choice.points and "confirm" not in part.asks:
            return choice, none     # the bar is right; what is asked is something else of it
        if near.comparisons:
            near = replace(near, statements=())
            own = dict.fromkeys(one.criterion.citation for one in near.comparisons)
            others = [ref for ref in choice.refs if not any(one.split("（")[0] == ref for one in own)]
            if len(others) < len(choice.refs):      # what was compared, not the whole article
                choice = replace(choice, refs=(*own, *others))
        elif choice.points and choice.points[0].matches and choice.points[0].verdict:
            return choice, none
        return choice, near

    def _of_all(self, part: Part, held: Held, near: Held) -> bool:
        """Whether a question asks of all figures that it states: which of them fails, or whether they do together."""
        if len({one.criterion.id for one in held.comparisons}) < 2 or len(near.comparisons) >= len(held.comparisons):
            return False
        if question_form.asks_lack(part.text):
            return True
        start = max(one.span.end for one in part.quantities) if part.quantities else 0
        asked = [self.topics.subjects[name] for name, words in part.found.items()
                 for word in words if word.span.start >= start]
        return not any(one.fact for one in asked)

    def _says(self, refs: Sequence[str], part: Part) -> bool:
        """Whether clauses hold what a question claims to stand in them."""
        claim = next(iter(re.findall(r"[“\"「『]([^”\"」』]{4,})[”\"」』]", part.text)), part.text)
        if any(piece in claim for piece in part.strange):
            return False
        asked = {term for term in mentions.terms(claim) if not mentions.common(term)}
        cites = [citations.of_clause(self.policy, ref, whole=True) for ref in refs]
        text = fold("".join(one.quote for one in cites if one is not None))
        named = len(asked) or 1
        return sum(term in text for term in asked) / named >= _HOLDS

    def _named(self, part: Part, held: Held) -> Held:
        """What is held for facts that the question names by a word of its own."""
        named = {self.topics.subjects[name].fact for name in part.found}
        near = [one for one in held.comparisons if one.fact in named]
        said = [one for one in held.statements if one.criterion.facts[0] in named or one.before]
        return replace(held, comparisons=tuple(near), statements=() if near else tuple(said))

    def _with_opinion(self, retriever: Retriever) -> Judge:
        return self._judge.with_opinion(lambda text: _scores(retriever, text),
                                        lambda text: _scores(retriever, text, by_meaning=True))


def answer(
    question: str,
    policy: Policy,
    *,
    assessment: Assessment | None = None,
    language: str | None = None,
    retriever: Retriever | None = None,
    model: LanguageModel | None = None,
    history: Sequence[Turn] = (),
) -> Answer:
    """Answer one question. UsageError when nothing can be made of it."""
    found: Answer | None = None
    for piece in stream(
        question, policy, assessment=assessment, language=language, retriever=retriever, model=model, history=history
    ):
        if isinstance(piece, Answer):
            found = piece
    assert found is not None  # noqa: S101 - a stream ends with its answer
    return found


def stream(
    question: str,
    policy: Policy,
    *,
    assessment: Assessment | None = None,
    language: str | None = None,
    retriever: Retriever | None = None,
    model: LanguageModel | None = None,
    history: Sequence[Turn] = (),
    chat: Chat | None = None,
) -> Iterator[turns.Step | str | Answer]:
    """Steps of a model and checked sentences as they come, then the whole answer, which is the last piece. A `chat` can
    call tools; a `model` that is an endpoint is one, unless they are switched off."""
    one = advisor(policy)
    asked = conversation.read(one.reader, question, history, language, case_answers.known(assessment))
    small = talk.kind(asked)
    if talk.again(small) and (repeated := talk.repeated(small, history)) is not None:
        asked = one.reader.read(*repeated)
        small = ""
    if small:
        draft = replace(talk.draft(small, asked, policy, suggesting.questions(policy, assessment, asked.language)),
                        closed=True)
    elif assessment is None:
        draft = one.draft(asked, retriever)
    else:
        draft = case_answers.draft(asked, assessment, policy, one.topics, one.reader,
                                   lambda again: one.draft(again, retriever))
        draft = replace(draft, closed=False)    # the documents may say what the policy does not
    if asked.understood:
        draft = replace(draft, answer=replace(draft.answer, understood=asked.understood))
    if chat is None and isinstance(model, Endpoint) and model.mode != "off":
        chat = model
    if draft.closed or (chat is None and model is None):
        yield draft.answer
    elif chat is not None:
        yield from turns.stream(_turn(one, asked, draft, assessment, history, retriever), chat)
    elif model is None or not draft.free:
        yield draft.answer
    else:
        yield from model_wording.stream(draft, model, one.names(assessment))


def _turn(one: Advisor, asked: Question, draft: Draft, assessment: Assessment | None, history: Sequence[Turn],
          retriever: Retriever | None) -> turns.Turn:
    """What a model with tools is given of a question."""
    before = tuple(turn.question for turn in history)
    tools = Tools(one.policy, one.topics, one.reader, asked, assessment=assessment, earlier=before,
                  choose=lambda query: one.clauses(query, retriever))
    return turns.Turn(asked, draft, tools, one.policy, one.names(assessment), assessment, before)


def _claims_bar(part: Part, behind: Part) -> bool:
    """Whether a part only has a bar confirmed that what stands behind is held against: 要5个吧？我们只有3个，行吗."""
    return says("asks", "bar_confirmed", part.text) and behind.polar and _names_nothing(behind)


def _offers(part: Part) -> bool:
    """Whether a part only offers figures for what was asked before it: 50万还是100万，有个准数没."""
    pairs = zip(part.quantities, part.quantities[1:], strict=False)
    return _names_nothing(part) and any(
        says("roles", "or_else", part.text[one.span.end:other.span.start]) for one, other in pairs)


def _names_nothing(part: Part) -> bool:
    """Whether a part names no subject by more than a unit."""
    return all(len(one.word) == 1 for words in part.found.values() for one in words)


def _scores(retriever: Retriever, text: str, *, by_meaning: bool = False) -> Mapping[str, float]:
    """What a retriever thinks of the clauses: near 0 for the unrelated, near 1 for what says the same.

    `by_meaning`: of more clauses, and nothing at all where their meaning is not known.
    """
    hits = retriever.search(text, RETRIEVED * 2 if by_meaning else RETRIEVED)
    scores: dict[str, float] = {}
    if by_meaning and not any("meaning" in hit.sources for hit in hits):
        return scores
    for hit in hits:
        ref = hit.passage.ref or ""
        scores[ref] = max(scores.get(ref, 0.0), hit.score)
    return scores


def applicant(documents: Sequence[Document]) -> str:
    """The applicant's name as the forms say it, "" if none does."""
    from assistant.report import particulars

    return str(getattr(particulars.read(documents), "applicant", "") or "")


def advisor(policy: Policy) -> Advisor:
    """The advisor for a policy, kept as long as the policy is the same."""
    key = (policy.root, policy.sha256, policy.version)
    if key not in _advisors:
        while len(_advisors) >= KEPT:
            _advisors.pop(next(iter(_advisors)))
        _advisors[key] = Advisor(policy)
    return _advisors[key]


def to_json(answer: Answer) -> dict[str, Any]:
    """The answer as interfaces name it."""
    return {
        "question": answer.question,
        "answer": answer.text,
        "answerable": answer.answerable,
        "verdict": answer.verdict or None,
        "citations": [_citation(one) for one in answer.citations],
        "mode": answer.mode.value,
    }


def _citation(citation: Citation) -> Mapping[str, Any]:
    if citation.ref:
        return {"ref": citation.ref, "quote": citation.quote}
    return {"document": citation.document, "page": citation.page, "quote": citation.quote}


_advisors: dict[tuple[Path, str, str], Advisor] = {}
