"""Personal identifiers in questions to a language model: what its endpoint gets over HTTP."""
from __future__ import annotations

import json
import random
import re
import unicodedata

from tests.assistant.answering import test_llm, test_redaction
from tests.long.goals import Figure, Outcome
from tests.support import model_server as server

ASKED = "问：联合研究中心10篇SCI论文够不够？"
PLACEHOLDER = re.compile("\u3014[^\u3015]*#\\d+\u3015")   # the policy has such brackets, too: 〔2022〕3号


def run(count: int) -> Outcome:
    """One identifier in each of `count` questions that reach the model, of every kind, disguise and context."""
    chance, faults, asked, tried = random.Random(count), [], 0, 0
    with server.serving(echo) as endpoint:
        while asked < count and tried < 2 * count:
            kind = list(test_redaction.KINDS)[tried % len(test_redaction.KINDS)]
            bare, tried = test_redaction.KINDS[kind](chance), tried + 1
            value = test_redaction.disguised(bare, chance)
            context = test_redaction.CONTEXTS[tried // len(test_redaction.KINDS) % len(test_redaction.CONTEXTS)]
            if kind == "邮箱" and context in test_redaction.GLUED:
                context = "（{}）"
            endpoint.requests.clear()
            question = f"张三{context.replace('{}', value)}\n{ASKED}"
            answer = test_llm.ask(question, endpoint.url, timeout=test_llm.llm.DEADLINE)
            asked += bool(endpoint.requests)   # a name like 8.8@… is a reference to a clause: then no model is asked
            sent = json.dumps(endpoint.requests, ensure_ascii=False)
            if value in sent or plain(bare) in plain(sent) or (endpoint.requests and not PLACEHOLDER.search(sent)):
                faults.append(f"{value}: sent")
            if PLACEHOLDER.search(answer.text) or plain(bare) not in plain(answer.question):
                faults.append(f"{value}: not put back")
    return Outcome(asked, (
        Figure("发出的", "sent", str(sum(one.endswith(": sent") for one in faults))),
        Figure("没有换回的", "not put back", str(sum(one.endswith("back") for one in faults)))), tuple(faults[:20]))


def echo(handler: server.Handler) -> None:
    """Repeats whatever placeholder it was given."""
    found = PLACEHOLDER.search(handler.endpoint.requests[-1]["messages"][-1]["content"])
    server.saying(f"{found[0] if found else ''}问：SCI或EI论文要求20篇（含）以上。[1]")(handler)


def plain(text: str) -> str:
    """Without what may split or disguise an identifier."""
    return re.sub(r"[\s\u200b-]", "", unicodedata.normalize("NFKC", text)).lower()
