"""What changed between two assessments of a case, and because of which files. Pure."""
from __future__ import annotations

from collections.abc import Iterable, Mapping

from api.service.cases.stored import Stored
from api.service.records import AssessmentLine, Difference, FactChange, FileChange, OutcomeChange
from ingestion.domain import Document, Fact, Finding
from ingestion.policies.policy import Policy


def difference(before: Stored, after: Stored, lines: tuple[AssessmentLine, AssessmentLine],
               settings: tuple[str, ...], policy: Policy, digest: str) -> Difference:
    """`policy`, of this digest, is the one of `after`; `settings` names what differs apart from the files."""
    files = _files(before.result.documents, after.result.documents)
    findings = (*before.result.findings, *after.result.findings)
    asked = {key for one in findings for key in (*one.criterion.facts, *one.criterion.related)}
    facts = tuple(_facts(before.found.facts, after.found.facts, {one.name for one in files}, policy, asked))
    changed = {one.key: one for one in facts}
    return Difference(lines[0], lines[1], files, settings, facts,
                      tuple(_outcomes(before.result.findings, after.result.findings, changed)), digest)


def _files(before: Iterable[Document], after: Iterable[Document]) -> tuple[FileChange, ...]:
    """Files added, removed or replaced, by name."""
    old = {one.name: one.sha256 for one in before}
    new = {one.name: one.sha256 for one in after}
    changes = []
    for name in sorted(old.keys() | new.keys()):
        if name not in old:
            changes.append(FileChange(name, "added"))
        elif name not in new:
            changes.append(FileChange(name, "removed"))
        elif old[name] != new[name]:
            changes.append(FileChange(name, "replaced"))
    return tuple(changes)


def _facts(before: Mapping[str, Fact], after: Mapping[str, Fact], touched: set[str], policy: Policy,
           asked: set[str]) -> Iterable[FactChange]:
    """In the policy's order, those that either asked about and whose figure or contradiction is another."""
    for key, spec in policy.facts.facts.items():
        old, new = before.get(key), after.get(key)
        if key in asked and _figure(old) != _figure(new):
            yield FactChange(key, spec.label, spec.label_en, spec.unit, old, new, _due(old, new, touched))


def _figure(fact: Fact | None) -> object:
    return (fact.interval, fact.conflict) if fact else None


def _due(old: Fact | None, new: Fact | None, touched: set[str]) -> tuple[str, ...]:
    """The documents whose evidence or exclusions are another; of those the ones that were changed, if any was."""
    def said(fact: Fact | None) -> set[tuple[str, str, object]]:
        return {(one.document, one.quote, one.reads) for one in fact.evidence} | {
            (one.document, one.quote, one.reason) for one in fact.exclusions} if fact else set()

    different = {document for document, _, _ in said(old) ^ said(new)}
    return tuple(sorted(different & touched or different))


def _outcomes(before: Iterable[Finding], after: Iterable[Finding],
              changed: Mapping[str, FactChange]) -> Iterable[OutcomeChange]:
    """Criteria whose outcome is another, with the changed facts and files behind it."""
    old = {one.criterion.id: one for one in before}
    new = {one.criterion.id: one for one in after}
    for name, one in ({**old, **new}).items():
        first, second = old.get(name), new.get(name)
        if (first and first.outcome) == (second and second.outcome):
            continue
        criterion = one.criterion
        facts = tuple(key for key in criterion.facts if key in changed)
        files = sorted({file for key in facts for file in changed[key].files})
        yield OutcomeChange(name, criterion.citation, criterion.label, criterion.label_en,
                            first.outcome if first else None, second.outcome if second else None, facts, tuple(files))
