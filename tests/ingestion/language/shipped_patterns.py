"""The patterns that are shipped, and the sentences to try them on."""

from __future__ import annotations

import re

from ingestion.facts.lexicon import words
from ingestion.language import load
from ingestion.policies import policy
from tests.support.sentences import LINES


def patterns() -> list[re.Pattern[str]]:
    """Of the word lists of the language, and of the policy's facts."""
    book = policy.load().facts
    found = [words(name) for name, value in load("discourse").items()
             if isinstance(value, list) and all(isinstance(one, (str, list)) for one in value)]
    for spec in book.facts.values():
        found += [book.pattern(group) for rule in spec.rules for group in rule.all]
        found += [book.pattern(spec.heads), book.pattern(spec.exclude)]
    return found


def texts() -> list[str]:
    """Every sentence of the tests."""
    return [line["text"] for line in LINES]
