"""Questions about the policy and about a case, with their answers kept."""
from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from api.errors import Failure
from api.service import paging
from api.service.access import scope
from api.service.cases.assessments import Assessments
from api.service.context import Context, case_for, new_id, now, record
from api.service.governance.answers import Answers, Given
from api.service.governance.questions import Questions
from api.service.policies.policies import Policies
from api.service.records import Actor, ApprovedBy, AssessmentView, ConversationLine, Page, Place, TurnView
from api.store.models import Conversation
from api.store.models import Turn as Row
from ingestion.domain import Answer, Citation, Span

if TYPE_CHECKING:
    from assistant.agent.turns import Step
    from assistant.answering.answering import Retriever
    from assistant.dialogue.conversation import Turn
    from assistant.llm import LanguageModel
    from ingestion.policies.policy import Policy

REMEMBERED = 6        # turns that a question is understood with
LONGEST_TITLE = 80
LONGEST_QUESTION = 2_000


@dataclass(frozen=True)
class Chat:
    context: Context
    policies: Policies
    assessments: Assessments
    retrieve: Callable[[Policy], Retriever] | None = None
    model: Callable[[Actor], LanguageModel | None] | None = None   # the one that this person may use
    answers: Answers | None = None
    questions: Questions | None = None

    def ask(self, actor: Actor, question: str, *, conversation: str | None = None, case_id: str | None = None,
            language: str | None = None) -> TurnView:
        """Answer and keep the turn. Without `conversation` a new one begins.

        With `case_id` the latest assessment of the case speaks, without one the policy alone.
        """
        found: TurnView | None = None
        for piece in self.stream(actor, question, conversation=conversation, case_id=case_id, language=language):
            if isinstance(piece, TurnView):
                found = piece
        assert found is not None  # noqa: S101 - a stream ends with its turn
        return found

    def stream(self, actor: Actor, question: str, *, conversation: str | None = None, case_id: str | None = None,
               language: str | None = None) -> Iterator[Step | str | TurnView]:
        """What a model looks up and checked sentences as they come, then the stored turn, which is the last piece.

        What is wrong with the question is raised before the first piece is asked for. Failure "not_found",
        "question_too_long"; UsageError where nothing can be made of the question.
        """
        if len(question) > LONGEST_QUESTION:
            raise Failure("question_too_long", most=LONGEST_QUESTION)
        history, case_id = self._before(actor, conversation, case_id)
        view = self.assessments.latest(actor, case_id, texts=True) if case_id else None
        policy = self.policies.of(view.policy) if view else self.policies.current
        return self._answered(actor, question, conversation, case_id, language, history, view, policy)

    def turns(self, actor: Actor, conversation: str, *, after: str | None = None, limit: int = 50) -> Page[TurnView]:
        """In order."""
        limit = paging.size(limit)
        query = select(Row).where(Row.conversation_id == conversation).order_by(Row.number).limit(limit + 1)
        if after:
            query = query.where(Row.number > paging.number(after))
        with self.context.database.reading(scope(actor)) as session:
            self._conversation(session, actor, conversation)
            rows = session.scalars(query).all()
        more = paging.cursor(rows[limit - 1].number) if len(rows) > limit else None
        return Page(tuple(_view(row) for row in rows[:limit]), more)

    def conversations(self, actor: Actor, case_id: str | None = None, *, after: str | None = None, limit: int = 50,
                      search: str = "") -> Page[ConversationLine]:
        """One's own about a case, or about the policy alone without one, in which a question says `search`; the newest
        first.
        """
        limit = paging.size(limit)
        query = select(Conversation).where(Conversation.user_id == actor.id, Conversation.case_id == case_id).order_by(
            Conversation.updated.desc(), Conversation.id.desc()).limit(limit + 1)
        if search:
            query = query.where(select(Row.id).where(
                Row.conversation_id == Conversation.id,
                Row.record["question"].as_string().icontains(search, autoescape=True)).exists())
        if after:
            query = query.where(tuple_(Conversation.updated, Conversation.id) < tuple_(*paging.at(after)))
        with self.context.database.reading(scope(actor)) as session:
            if case_id is not None:
                case_for(session, actor, case_id)
            rows = session.scalars(query).all()
        more = paging.cursor(rows[limit - 1].updated, rows[limit - 1].id) if len(rows) > limit else None
        return Page(tuple(ConversationLine(row.id, row.case_id, row.title, row.turns, row.updated)
                          for row in rows[:limit]), more)

    # --------------------------------------------------------------------------------------------------------------

    def _before(self, actor: Actor, conversation: str | None, case_id: str | None
                ) -> tuple[Sequence[Turn], str | None]:
        """The turns before, and the case: a conversation keeps the one that it began with."""
        from assistant.dialogue.conversation import from_record

        with self.context.database.reading(scope(actor)) as session:
            if conversation is None:
                if case_id is not None:
                    case_for(session, actor, case_id)
                return (), case_id
            known = self._conversation(session, actor, conversation)
            rows = session.scalars(select(Row).where(Row.conversation_id == conversation)
                                   .order_by(Row.number.desc()).limit(REMEMBERED)).all()
            return tuple(from_record(row.record) for row in reversed(rows)), known.case_id

    def _answered(self, actor: Actor, question: str, conversation: str | None, case_id: str | None,
                  language: str | None, history: Sequence[Turn], view: AssessmentView | None, policy: Policy
                  ) -> Iterator[Step | str | TurnView]:
        """Steps and sentences as they come, then the turn as it was kept; an approved answer stands first."""
        from assistant.answering import answering

        given = self._given(question, language, history, policy) if view is None and case_id is None else None
        if given is not None:
            told = Answer(question, given.text, True, (given.citation,), language=given.language)
            yield given.text
            yield self._keep(actor, question, told, policy, conversation, case_id, view, given)
            return
        answer: Answer | None = None
        for piece in answering.stream(question, policy, assessment=view.result if view else None, language=language,
                                      retriever=self.retrieve(policy) if self.retrieve else None,
                                      model=self.model(actor) if self.model else None,
                                      history=history):
            if isinstance(piece, Answer):
                answer = piece
            else:
                yield piece
        assert answer is not None  # noqa: S101 - a stream ends with its answer
        answer = _of_its_version(answer, policy, self.policies.current)
        yield self._keep(actor, question, answer, policy, conversation, case_id, view)

    def _given(self, question: str, language: str | None, history: Sequence[Turn], policy: Policy) -> Given | None:
        """What a person has answered to this question, understood with the turns before it."""
        from assistant.answering import answering
        from assistant.dialogue.conversation import read

        if self.answers is None:
            return None
        asked = read(answering.advisor(policy).reader, question, history, language) if history else None
        return self.answers.given((asked.understood if asked else "") or question, policy)

    def _keep(self, actor: Actor, question: str, answer: Answer, policy: Policy, conversation: str | None,
              case_id: str | None, view: AssessmentView | None, given: Given | None = None) -> TurnView:
        """A turn of a conversation, new or going on, written with its places."""
        from assistant.dialogue.conversation import to_record, turn

        told = to_record(turn(question, answer, policy))
        if given is not None:
            told["approved"] = {"id": given.id, "by": given.by, "at": given.at}
        places = [_place(one, view) for one in answer.citations]
        with self.context.database.writing(scope(actor)) as session:
            if case_id is not None:
                case_for(session, actor, case_id)  # it may have been deleted meanwhile
            if conversation is None:
                known = Conversation(id=new_id(), user_id=actor.id, case_id=case_id,
                                     title=question.strip()[:LONGEST_TITLE], turns=0, updated=now())
                session.add(known)
            else:
                known = self._conversation(session, actor, conversation, change=True)
            known.turns += 1
            known.updated = now()
            session.flush()
            row = Row(id=new_id(), conversation_id=known.id, number=known.turns,
                      assessment_id=view.line.id if view else None, record=told,
                      places=[asdict(one) if one else None for one in places], created=now())
            session.add(row)
            record(session, actor, "ask", "conversation", known.id, turn=row.number)
            session.flush()
            if self.questions is not None:
                self.questions.add(session, row, about_policy=case_id is None)
            return _view(row)

    def _conversation(self, session: Session, actor: Actor, conversation: str, *, change: bool = False) -> Conversation:
        """One's own, about a case that one still sees."""
        query = select(Conversation).where(Conversation.id == conversation, Conversation.user_id == actor.id)
        found = session.scalar(query.with_for_update() if change else query)
        if found is None:
            raise Failure("not_found")
        if found.case_id is not None:
            case_for(session, actor, found.case_id)
        return found


def _of_its_version(answer: Answer, policy: Policy, current: Policy) -> Answer:
    """The answer, which says so where it rests on an older version of the policy than the one that is in force."""
    from assistant.wording.answer_words import Say

    if policy.sha256 == current.sha256 or not answer.citations:
        return answer
    note = Say(answer.language)("older_version", version=policy.version, current=current.version)
    return replace(answer, text=f"{answer.text}\n{note}")


def _place(citation: Citation, view: AssessmentView | None) -> Place | None:
    if not citation.document or view is None:
        return None
    return Place(view.file_of(citation.document), citation.document, citation.page, citation.span.start,
                 citation.span.end)


def _view(row: Row) -> TurnView:
    told: dict[str, Any] = row.record
    citations = tuple(Citation(one["quote"], Span(one["start"], one["end"]), one["ref"], one["document"], one["page"])
                      for one in told["citations"])
    return TurnView(row.id, row.conversation_id, row.number, told["question"], told["answer"], told["answerable"],
                    told["mode"], told["language"], citations,
                    tuple(Place(**one) if one else None for one in row.places), told["policy"]["version"], row.created,
                    ApprovedBy(**told["approved"]) if "approved" in told else None, told.get("verdict") or None,
                    tuple(dict.fromkeys(one["step"] for one in told.get("trace", ()) if one.get("step"))))
