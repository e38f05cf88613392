"""Whose words a clause speaks in: the applicant's own, or those of a rule that it recites.

What must be (应, 须), what a rule, a notice or a question about conditions says, and what enumerates the policy's own
bars is recited: it is no evidence, wherever it stands. A recital goes on over clauses until the applicant speaks of
what it has.
"""

from __future__ import annotations

import re

from ingestion.facts.lexicon import words
from ingestion.facts.prose.analysed import Analysis
from ingestion.facts.sentences import Sentence
from ingestion.numbers.numerals import quantities

MOST_LABEL = 16  # characters of a label before its colon
LONGEST_TITLE = 60  # characters at the beginning of a document in which its title stands


def recited(analysis: Analysis) -> frozenset[int]:
    """The clauses of a sentence that recite a rule."""
    sentence = analysis.sentence
    if sentence.synthetic:
        return frozenset()
    everywhere = _labelled(analysis) or _enumerates_bars(analysis) or _refers_to_answers(analysis)
    quoted = sentence.holds(words("quotation")) and _quotes(sentence.folded) and not _own_articles(sentence)
    quoted = quoted and not _answers_label(analysis)
    quoting = analysis.quoting or _asked(analysis) or quoted
    corrected = sentence.holds(words("quotation_compared"))  # 上次报送的“6个”应为5个
    demanding, found = everywhere, set[int]()
    for index in range(len(analysis.clauses)):
        own = _own_again(analysis, index)
        demands = not corrected and words("demand").search(analysis.clause_text(index)) is not None
        demanding = everywhere or demands or (demanding and not own)
        if (quoting and not own) or (demanding and (demands or not own)):
            found.add(index)
    return frozenset(found)


def _own_articles(sentence: Sentence) -> bool:
    """第三条 租期自…起至…止, in a contract: its articles are what was agreed, and no rule that is recited."""
    document = sentence.document
    agreed = words("agreed_title").search(f"{document.name}\n{document.text[:LONGEST_TITLE]}")
    return agreed is not None and words("quotation").search(words("article_number").sub("", sentence.folded)) is None


def _labelled(analysis: Analysis) -> bool:
    """申报条件：…; 评分标准：…: the label says that what follows is a rule."""
    label, colon, said = analysis.sentence.folded.partition("：")
    return bool(colon and said) and len(label) <= MOST_LABEL and words("rule_label").search(label) is not None


def _answers_label(analysis: Analysis) -> bool:
    """第五条有关事项：未发生…: a form's label that cites a rule, and a value that neither cites one nor gives a bar."""
    _, colon, value = analysis.sentence.folded.partition("：")
    bar = any(f.quantity.interval.high is None for f in analysis.figures)
    return bool(analysis.sentence.pair and colon) and not bar and words("quotation").search(value) is None


def _asked(analysis: Analysis) -> bool:
    """The answer to a question about conditions (需要满足什么条件？) recites them."""
    before = analysis.sentence.previous
    return before is not None and before.folded.endswith("？") and before.holds(words("asks_conditions"))


def _quotes(text: str) -> bool:
    quoted = words("quotation").search(text)
    if quoted is None:
        return False
    compared = words("quotation_compared").search(text)
    if compared is not None and compared.start() <= quoted.start() < compared.end():
        return False
    return words("quotation_done").search(text, quoted.end()) is None


def _own_again(analysis: Analysis, index: int) -> bool:
    """按《办法》应发表20篇以上，本中心近三年发表23篇: behind the requirement, what the applicant has."""
    body = analysis.clause_text(index).lstrip()
    quoted = words("quotation").search(analysis.sentence.folded)
    behind = quoted is None or analysis.clauses[index].span.start > quoted.end()
    return behind and words("own_body").match(body) is not None and words("quotation").search(body) is None


def _enumerates_bars(analysis: Analysis) -> bool:
    """高新技术企业10家以上，市级平台3个以上: two bars of the policy or more, and nothing else, with nobody who has
    them."""
    counted = [f.quantity for f in analysis.figures if f.quantity.measure not in ("time", "percent")]
    if len(counted) < 2 or not all(q.interval.high is None for q in counted):
        return False
    bars = all(q.interval.low in analysis.names.bars for q in counted)
    told = words("compared_with").sub("", analysis.sentence.folded)  # …，均已达到: no figure
    return bars and not (words("own_body").search(told) or words("done").search(told))


def _refers_to_answers(analysis: Analysis) -> bool:
    """经费200万元以上——见附录三: a bar of the policy, and then only where in the application the answer stands."""
    refers = words("refers_elsewhere").search(analysis.sentence.folded)
    if refers is None:
        return False
    counted = [f.quantity for f in analysis.figures if f.quantity.measure not in ("time", "percent")]
    return bool(counted) and all(q.interval.high is None and q.interval.low in analysis.names.bars for q in counted)


def bars(policy: str) -> frozenset[int]:
    """The numbers that a policy's text asks for at least."""
    return frozenset(q.interval.low for q in quantities(_joined(policy), []) if q.unit and q.interval.high is None)


def _joined(policy: str) -> str:
    return re.sub(r"(?<=[\u4e00-\u9fff]) (?=\d)|(?<=\d) (?=[\u4e00-\u9fff])", "", policy)
