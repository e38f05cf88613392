"""Every mistake in a policy folder: in its text, its facts and criteria, in what it says about questions, and in what
it tells and asks a second reader.

`guohe policy check` and a new version in the web application are held against these very checks.
"""
from __future__ import annotations

from pathlib import Path

from assistant.learning import training
from assistant.learning.likeness import EXAMPLES, FILE
from assistant.policy_versions import fact_sentences, reader_checks, stale_figures, starting
from assistant.questions import guide, topics, vocabulary
from ingestion.policies import policy
from ingestion.policies.files import CRITERIA, FACTS, HEAD, TEXT, Problem

ORDER = (HEAD, TEXT, CRITERIA, FACTS, topics.TOPICS, topics.POINTS, topics.GAPS, guide.GUIDE, vocabulary.FILE, EXAMPLES,
         FILE, reader_checks.READING, reader_checks.EXAM)


def check(folder: Path) -> list[Problem]:
    """By file and line; empty when the folder can be used for everything.

    What is said about questions is held against the text as soon as there is one with articles, whatever else is wrong:
    a text with other numbers shows at once every place that names the old ones.
    """
    problems = [*policy.check(folder), *starting.unwritten(folder)]
    draft, sound = policy.draft(folder), not problems
    if draft is not None:
        problems += reader_checks.check(draft)
    if draft is not None and draft.articles:
        problems += topics.check(draft)
        problems += guide.check(draft)
        problems += vocabulary.check(folder, draft.text)
        held = topics.readable(draft)
        problems += training.check(draft, held)
        problems += stale_figures.check(draft, held, training.readable(folder))
    if draft is not None and sound:
        problems += fact_sentences.check(draft)
    order = {name: place for place, name in enumerate(ORDER)}
    return sorted(problems, key=lambda one: (
        order.get(one.file, order[FACTS] if one.file.startswith(FACTS) else len(order)), one.file, one.line))
