"""Which base type an asker should apply for, and which types ask for a thing: told from the criteria of each.

What the asker says of themselves is held against the types: what they have none of rules out the types that require it,
and the rest come in the order in which `guide.yaml` and the policy's words for its clauses point to them.
"""
from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from msgspec import Struct

from assistant.checking import citations
from assistant.dialogue.results import NO, YES
from assistant.questions import guide
from assistant.questions.dialogue_patterns import says
from assistant.questions.topics import Topics
from assistant.questions.understanding import Part
from assistant.wording.answer_words import Say
from ingestion.domain import Article, Citation, Criterion
from ingestion.names import gazetteer
from ingestion.policies import articles
from ingestion.policies.policy import BaseType, Policy

_ANSWER = 12      # what an answer of the guide counts, shared by the types that it points to
_SENTENCE = re.compile(r"[^。\n]+。")


class Advice(Struct, frozen=True):
    """What is said, the clauses that it rests on, and the verdict of a yes-or-no question."""

    said: str
    cites: tuple[Citation, ...]
    verdict: str = ""


class Adviser:
    """Advises on the base types of one policy."""

    def __init__(self, policy: Policy, topics: Topics) -> None:
        self._policy, self._topics = policy, topics
        shared = [set(one.articles) for one in policy.base_types]
        self._common = set.intersection(*shared) if shared else set()

    def advice(self, part: Part) -> Advice | None:
        """The answer to a question for types; None where it is none."""
        if len(self._policy.base_types) < 2 or part.refs:
            return None
        facts = self._facts(part)
        if facts and says("asks", "types_asking", part.text):
            return self._asking(part, facts)
        if says("asks", "type_for_us", part.text):
            return self._fitting(part)
        return None

    # Which types ask for a thing ------------------------------------------------------------------------------------

    def _asking(self, part: Part, facts: Collection[str]) -> Advice | None:
        """Which types ask for facts, each with its bars, and which do not; None for what all of them share."""
        """Which base types ask for a thing, and which do not; None where all of them do."""
        asked = [(base, found) for base in self._policy.base_types if (found := self._of(base, facts))]
        if not asked or any(one.citation.split("（")[0] in self._common for _, found in asked for one in found):
            return None
        say, others = Say(part.language), [base for base in self._policy.base_types if base not in dict(asked)]
        lines = [say("type_asks", type=self._name(base, say), bars=say.clauses(self._bars(found, say)))
                 for base, found in asked]
        if others:
            lines.append(say("types_do_not", types=say.joined(self._name(base, say) for base in others)))
        verdict = (NO if others else YES) if part.polar else ""
        return Advice("\n".join(lines), self._cites(one.citation for _, found in asked for one in found), verdict)

    # Which type fits ------------------------------------------------------------------------------------------------

    def _fitting(self, part: Part) -> Advice | None:
        """The types that are open to what an asker says of themselves, the nearest first, and those ruled out; None
        where nothing that is said points to any.
        """
        """Which base types are left by what is missing, and which comes nearest by what is there."""
        say, denied = Say(part.language), self._denied(part)
        open_types = [base for base in self._policy.base_types if not self._blocked(base, denied)]
        blocked = [(base, found) for base in self._policy.base_types if (found := self._blocked(base, denied))]
        scores = self._scores(part)
        best = max(scores.values(), default=0)
        if not best and not denied:
            return None
        open_types.sort(key=lambda base: -scores[base.id])
        if best and not denied and sum(score == best for score in scores.values()) > 2:
            return None
        near = [one for one, score in scores.items() if score == best > 0]
        nearest = [base for base in open_types if base.id in near] if len(near) == 1 or not blocked else []
        lines = []
        if denied and blocked:
            things = say.joined(self._label(key, say) for key in denied[:1])
            lines.append(say("types_without", things=things,
                             types=say.joined(self._name(base, say) for base in open_types)))
        if nearest and len(nearest) < len(open_types):
            lines.append(say("type_nearest", types=say.joined(self._name(base, say) for base in nearest)))
        shown = open_types if blocked else nearest
        lines += [self._conditions(base, say) for base in shown]
        lines += [say("type_ruled_out", type=self._name(base, say), bars=say.clauses(self._bars(found, say)))
                  for base, found in blocked]
        lines.append(say("types_common", refs=say.joined(say.refs(sorted(self._common)))))
        refs = [ref for base in shown for ref in base.articles if ref not in self._common]
        refs += [one.citation for _, found in blocked for one in found]
        return Advice("\n".join(lines), self._cites([*refs, *sorted(self._common)]))

    def _scores(self, part: Part) -> dict[str, int]:
        """How much points to each type: the answers of the guide that the question gives, then its subjects."""
        told = [clause for clause in part.clauses() if not says("roles", "none", clause.text)]
        text = "".join(clause.text for clause in told)
        if any(one.origin is gazetteer.Origin.FOREIGN and says("claims", "at", text[:one.start])
               for one in gazetteer.scan(text)):
            text += "，" + Say(part.language)("abroad")
        votes = {base.id: 0 for base in self._policy.base_types}
        for types in guide.given(self._policy, text):       # an answer for one type tells more than one for several
            for kind in types:
                votes[kind] += _ANSWER // len(types)
        for name in {name for clause in told for name in clause.found}:
            subject = self._topics.subjects[name]
            if subject.type:
                continue
            for base in self._policy.base_types:
                own = [weight for ref, weight in subject.clauses.items()
                       if ref.split("（")[0] in set(base.articles) - self._common]
                votes[base.id] += subject.weight * max(own, default=0)
        return votes

    def _denied(self, part: Part) -> list[str]:
        """The facts that the asker says to have none of."""
        return [key for clause in part.clauses() if says("roles", "none", clause.text) for key in self._facts(clause)]

    def _facts(self, part: Part) -> list[str]:
        """The facts that a part names, and those that are parts of them."""
        found = {self._topics.subjects[name].fact: None for name, words in part.found.items()
                 if self._topics.subjects[name].fact and not self._topics.subjects[name].denies
                 and any(len(word.word) > 1 for word in words)}
        parts = {one.fact: None for one in self._topics.subjects.values()
                 if one.narrows and self._topics.subjects[one.narrows].fact in found}
        return list(found | parts)

    def _blocked(self, base: BaseType, denied: Sequence[str]) -> list[Criterion]:
        """The conditions of a type that cannot hold without what is denied."""
        return [one for one in self._of(base, denied)
                if one.required and one.citation.split("（")[0] not in self._common and set(one.facts) <= set(denied)]

    def _of(self, base: BaseType, facts: Collection[str]) -> list[Criterion]:
        return [one for one in self._policy.criteria_for(base.id) if set(one.facts) & set(facts)]

    # Words ----------------------------------------------------------------------------------------------------------

    def _conditions(self, base: BaseType, say: Say) -> str:
        """Whom a type is for, in the policy's words, and its figures."""
        own = [ref for ref in base.articles if ref not in self._common]
        counted = [one for one in self._policy.criteria_for(base.id)
                   if one.citation.split("（")[0] in own and one.bar is not None
                   and self._policy.wordings[one.id].measure]
        named = [article for ref in own if isinstance(article := articles.by_ref(self._policy.articles, ref), Article)]
        sentences = [one for article in named for one in _SENTENCE.findall(self._policy.quote(article.opening))]
        defined = next((one.strip() for one in sentences if base.label in one and "是" in one), "")
        return say("type_conditions", type=self._name(base, say), refs=say.joined(say.refs(own)),
                   definition=defined if say.language == "zh" else "", bars=say.clauses(self._bars(counted, say)))

    def _bars(self, found: Sequence[Criterion], say: Say) -> Iterator[str]:
        for one in found:
            yield say("bar_of", label=say.pick(one.label, one.label_en), measure=self._policy.wordings[one.id].measure,
                      ref=say.refs([one.citation])[0])

    def _name(self, base: BaseType, say: Say) -> str:
        return say.pick(base.label, base.label_en)

    def _label(self, key: str, say: Say) -> str:
        spec = self._policy.facts.facts[key]
        return say.pick(spec.label, spec.label_en)

    def _cites(self, refs: Collection[str] | Iterator[str]) -> tuple[Citation, ...]:
        found = (citations.of_clause(self._policy, ref) for ref in dict.fromkeys(refs))
        return tuple(one for one in found if one is not None)
