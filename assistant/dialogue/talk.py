"""Talk that asks nothing of policy or application: met kindly, in a sentence or two, never with an article."""
from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.checking.model_wording import Draft
from assistant.dialogue.conversation import Turn
from assistant.dialogue.verdict_words import NO
from assistant.questions import dialogue_patterns
from assistant.questions.topics import OFF_TOPIC
from assistant.questions.understanding import Part, Question
from assistant.wording.answer_words import Say
from ingestion.domain import Answer
from ingestion.policies.policy import Policy

_PAUSE = re.compile(r"[，,。.!！?？~ ]+")
REFUSED = frozenset({"prompt"})
_ANYWHERE = REFUSED | {"alter"}     # whatever else the question names
_DENIED = frozenset({"final"})      # to what asks if it is so
_AGAIN = frozenset({"rephrase", "in_english", "in_chinese"})


def kind(asked: Question) -> str:
    """The kind of talk that a question is as a whole, "" if it asks for something."""
    whole = "".join(part.text for part in asked.parts).strip()
    found = dialogue_patterns.first("talk", whole)
    if found in _AGAIN or found in _ANYWHERE:
        return found
    if not found:       # several pieces of talk: 你是干啥的，都能帮我做哪些事
        kinds = [dialogue_patterns.first("talk", piece) for piece in _PAUSE.split(whole) if piece]
        found = kinds[-1] if len(kinds) > 1 and all(kinds) else ""
    return "" if not found or _asks_more(asked.parts) else found


def again(found: str) -> bool:
    """Whether the answer before is asked for in other words or another language."""
    return found in _AGAIN


def draft(found: str, asked: Question, policy: Policy, suggested: Sequence[str] = ()) -> Draft:
    """The kind answer to talk; a refusal for what is nobody's to see."""
    say = Say(asked.language)
    types = say.joined(say.pick(one.label, one.label_en) for one in policy.base_types)
    text = say(f"talk_{found}", title=say.pick(policy.title, policy.title_en), types=types)
    if suggested and found in ("greet", "can", "who"):
        text += "\n" + say("talk_suggested", questions=" ".join(suggested))
    denied = found in _DENIED and any(part.polar for part in asked.parts)
    return Draft(Answer(asked.text, text, found not in REFUSED, language=asked.language,
                        verdict=NO if denied else ""), (text,), (), free=False)


def repeated(found: str, history: Sequence[Turn]) -> tuple[str, str] | None:
    """(the question to answer again, in which language); None where nothing was asked before."""
    earlier = next((one for one in reversed(history) if one.answer.citations or len(one.question) > 3), None)
    if earlier is None:
        return None
    language = {"in_english": "en", "in_chinese": "zh"}.get(found, earlier.answer.language)
    return earlier.understood or earlier.question, language


def _asks_more(parts: Sequence[Part]) -> bool:
    """Whether some part is about something: a greeting before a question is no talk."""
    return any(part.refs or part.quantities or part.gaps - OFF_TOPIC for part in parts)
