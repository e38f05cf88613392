"""Whether clauses affirm what a yes-or-no question supposes, where no entry of points.yaml says so.

Four readings, none of which knows the policy: what one must do against alternatives that the clause lists; what
everybody gets against a clause for some; who does it against whom the clause names; and a supposition all of whose
words the clause covers. Where none of them decides, nobody can say it from the policy.
"""
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.dialogue.application import mentions
from assistant.dialogue.verdict_words import NO, YES
from assistant.questions import question_form
from assistant.questions.clause_weights import STRONG
from assistant.questions.dialogue_patterns import names, pattern, says
from assistant.questions.term_spotting import stem
from assistant.questions.topics import Topics
from assistant.questions.understanding import Part, fold
from assistant.questions.vocabulary import Vocabulary

_PIECE = re.compile(r"[^，。；：;:()（）\n]+")
_LISTED = re.compile(r"、|或者?|等|, |\bor\b")
_SHORT_LIST = 60      # characters of a list in brackets
_COVERED = 0.75       # the share of what a question speaks of that the clause must cover
_LEAST = 3            # telling terms that tell anything


def affirms(part: Part, refs: Sequence[str], texts: Sequence[str], topics: Topics, known: Vocabulary) -> str:
    """ "yes", "no", or "" for a folded question and the `texts` of the clauses that settle it. `known`: what things
    are called, by people and by the policy."""
    if not part.polar or part.quantities:
        return ""
    text = fold("\n".join(texts))
    listed = list(_alternatives(part, text, topics, known))
    if says("claims", "compels", part.text):
        alternatives = listed and not says("claims", "sum_of_all", part.text)
        return NO if alternatives else _covering(part, refs, text, topics, known)
    if _another_body(part.text, text) or _around_body(part.text, text):
        return NO
    if listed and not question_form.denies(part.text) and says("claims", "permits", part.text):
        return YES
    if says("claims", "everybody", part.text) and _for_some(part, text):
        return NO
    return _covering(part, refs, text, topics, known)


def _alternatives(part: Part, text: str, topics: Topics, known: Vocabulary) -> Iterator[str]:
    """Words of the question, or the policy's for them, that a clause lists beside others."""
    said = {word.word for words in part.found.values() for word in words if len(word.word) > 1}
    said |= {fold(piece) for word in known.additions(part.text) for piece in re.split("[、或]", word)}
    strong = [name for name in part.found if topics.subjects[name].weight >= STRONG and not topics.subjects[name].type]
    telling = {word.word for name in strong for word in part.found[name] if word.word in text}
    for piece in _PIECE.findall(text):
        if len(_LISTED.findall(piece)) > 1 or "或" in piece or " or " in piece:
            yield from (word for word in said if word in piece and _beside_a_joint(word, piece)
                        and all(other in piece or other in word or word in other for other in telling))


def _beside_a_joint(word: str, piece: str) -> bool:
    before, after = piece[:piece.find(word)], piece[piece.find(word) + len(word):]
    if word.isascii():
        listed = ", " in piece and " and " not in piece and len(piece) <= _SHORT_LIST
        return listed or _joined(r"\bor [^,]{0,12}$", r"[^,]{0,6} or\b", before, after)
    return _joined(r"(?:、|或者?)[^、或]{0,6}$", r"[^、或]{0,6}(?:、|或)", before, after)


def _joined(left: str, right: str, before: str, after: str) -> bool:
    return re.search(left, before) is not None or re.match(right, after) is not None


def _for_some(part: Part, text: str) -> bool:
    """Whether the clause speaks of those only that have something which the question does not name: 对…优秀的."""
    return any(not any(term in part.text for term in mentions.terms(match["who"]) if not mentions.common(term))
               for match in pattern("claims", "some").finditer(text))


def _another_body(question: str, text: str) -> bool:
    """Whether the question has it done by a body of a kind that the clause, which names others, does not name."""
    spoken = [(kind, match) for kind in names("bodies") for match in pattern("bodies", kind).finditer(question)]
    given = {kind for kind, match in spoken if says("claims", "to", question[:match.start()])}
    agents = {kind for kind, match in spoken if kind not in given and (
        says("claims", "by", question[:match.start()]) or says("claims", "does", question[match.end():]))}
    named = {kind for kind in names("bodies") if says("bodies", kind, text)}
    return bool(named) and any(some and some.isdisjoint(named) for some in (agents, given))


def _around_body(question: str, text: str) -> bool:
    """Whether the question goes round a body that the clause names: 绕过区里; not where the clause itself does."""
    def around(said: str) -> set[str]:
        return {kind for kind in names("bodies") for match in pattern("bodies", kind).finditer(said)
                if says("claims", "around", said[:match.start()])}

    return any(says("bodies", kind, text) for kind in around(question) - around(text)) \
        and question_form.asks_permission(question, "en" if question.isascii() else "zh")


def _covering(part: Part, refs: Sequence[str], text: str, topics: Topics, known: Vocabulary) -> str:
    """Yes where the clause covers what a question supposes, and nothing in it is strange or denied."""
    if question_form.denies(part.text) or question_form.asks_harm(part.text) or any(
            piece not in text for piece in part.strange) or len({ref.split("（")[0] for ref in refs}) > 1:
        return ""
    total = covered = 0
    rest = part.text
    for name, words in part.found.items():
        for word in {one.word for one in words}:
            rest = rest.replace(word, " ")
            total += bool(topics.subjects[name].weight) or word in text
            covered += word in text or any(fold(other) in text for other in known.additions(word))
    stems = {stem(one) for one in re.findall(r"[a-z]{3,}", text)}
    for term in {one for one in mentions.terms(rest) if not mentions.common(one)}:
        total += 1
        covered += term in text or stem(term) in stems
    return YES if total >= _LEAST and covered >= _COVERED * total else ""
