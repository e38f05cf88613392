"""What the results that a model rests its answer on come to: the verdict and its word, by rules, never by the model."""
from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from assistant.checking.model_wording import Draft
from assistant.dialogue import verdict_words
from assistant.dialogue.results import Result, together
from assistant.questions.dialogue_patterns import says
from assistant.questions.understanding import Part, Question
from assistant.wording.answer_words import Say

_OF_CONDITION = frozenset({"findings", "recompute", "overall", "types", "harm"})


class Settled(Struct, frozen=True):
    """The results that settle a question, its verdict and the word that says it. `against`: they say otherwise than the
    answer without a model, in its asker's favour, and that answer then stands."""

    results: tuple[Result, ...]
    verdict: str = ""
    word: str = ""
    against: str = ""

    @property
    def own(self) -> bool:
        """Whether it is the answer without a model that settles it, alone."""
        return [one.id for one in self.results] == ["r1"]


def settle(named: Sequence[Result], draft: Draft, asked: Question) -> Settled:
    """The verdict of the results that a model named. What holds under a supposition settles only what supposes, and
    what found nothing settles nothing."""
    part = asked.parts[0]
    supposes = any(says("roles", "if", one.text) for one in asked.parts)
    kept = tuple(one for one in named if one.id == "r1" or (
        (supposes or not one.hypothetical) and (one.quotes or one.figures or one.verdict)))
    first = draft.answer.verdict
    others = [one for one in kept if one.id != "r1"]
    if not others:
        return Settled(kept, first, draft.verdict)
    ruled, word = _ruled(others, part)
    if any(one.id == "r1" for one in kept):
        ruled = together([first, ruled])
        word = draft.verdict if ruled == first else word
    if first and ruled != first and _overlap(draft, others) and not _may_turn(first, ruled, others):
        return Settled(kept, first, draft.verdict, against=f"{ruled or 'null'} against {first}")
    return Settled(kept, ruled, word)


def _may_turn(first: str, ruled: str, results: Sequence[Result]) -> bool:
    """Whether what a model found decides against the answer without a model: where code counts the same from the
    question by itself, it does. Else figures by the roles that a model gave them, and the rows that it found, may
    settle what was open and take back a yes, and never turn a no."""
    deciding = [one for one in results if one.verdict]
    kinds = {one.kind for one in deciding}
    looked_at = {figure.fact for one in deciding for figure in one.figures}
    if deciding and all(one.counted and set(one.beside) <= looked_at for one in deciding):
        return True
    if not kinds or not kinds <= {"compare", "rows"}:
        return False
    taken_back = ruled == verdict_words.NO or (ruled == verdict_words.OPEN and kinds == {"rows"})
    return first == verdict_words.OPEN or (first == verdict_words.YES and taken_back)


def _ruled(results: Sequence[Result], part: Part) -> tuple[str, str]:
    """The verdict as the question asks for it, and its word; nothing where it asks for none."""
    decided = together(one.verdict for one in results)
    if not part.polar:
        return "", ""
    if not decided:      # clauses and documents' words alone rule on nothing
        return (verdict_words.OPEN, "") if all(one.kind == "policy" for one in results) else ("", "")
    say = Say(part.language)
    if decided == verdict_words.OPEN:
        return decided, say("unsettled")
    if all(one.kind in _OF_CONDITION for one in results if one.verdict):
        word = verdict_words.of_condition(decided, part, (say("holds"), say("fails")))
        return verdict_words.as_asked(decided, part, of_condition=True), word
    return decided, verdict_words.word(decided, part) or say("right" if decided == verdict_words.YES else "wrong")


def _overlap(draft: Draft, results: Sequence[Result]) -> bool:
    """Whether results are about what the answer without a model is about: the same clauses."""
    own = {one.ref for one in draft.answer.citations if one.ref}
    return bool(own & {ref for one in results for ref in one.refs})
