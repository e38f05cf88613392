"""What a text says of figures once it has stated them: lost, added, in doubt, still standing, set aside."""

from __future__ import annotations

import re

from ingestion.domain import Interval, Span
from ingestion.facts.claims.assertions import Assertion, Claims, add
from ingestion.facts.figures.matching import Match, kinds_in
from ingestion.facts.lexicon import words
from ingestion.facts.prose.analysed import Analysis, Figure
from ingestion.facts.prose.modality import dropped, exempted
from ingestion.facts.prose.phrases import located, residue, says_any, status_after
from ingestion.facts.schema import FactBook, FactSpec
from ingestion.facts.sentences import Sentence
from ingestion.language.ngrams import may
from ingestion.numbers.numerals import quantities
from ingestion.numbers.periods import PeriodKind


def actual(tops: list[Match]) -> list[Match]:
    """与4支团队签约，已有2支实际入驻: what is said to be real stands for the figures before it."""
    for place in range(len(tops) - 1, 0, -1):
        own, before = tops[place], tops[place - 1]
        same = own.figure.quantity.measure == before.figure.quantity.measure
        real = [words("actual").search(m.figure.own) is not None for m in (before, own)]
        real[1] = real[1] or _remains(own) or _stands_now(before, own)
        if same and (not before.kinds or own.kinds in (frozenset(), before.kinds)) and real == [False, True]:
            return tops[place:]
    return tops


def _stands_now(before: Match, own: Match) -> bool:
    """合计34家，剔除重叠的6家后为28家; 原有5个，现存4个; 2024年底18家，现有21家: what is so now, or net."""
    if words("net").search(own.figure.left):
        return True
    if words("signed").search(before.figure.left) and words("now_begun").search(own.figure.left):
        return True  # 新签7项，已启动5项
    between = own.figure.sentence.folded[before.figure.quantity.span.end : own.figure.left_start]
    if words("deducted").search(between) and not residue(own.figure.left):
        return True  # 共20家，剔除分公司2家，为18家
    today = words("now").sub("", own.figure.own)
    if today != own.figure.own and not residue(today) and before.figure.clause != own.figure.clause:
        return not own.figure.part and own.figure.period is None  # 扩充到6人，离职1人，现有5人
    in_force = words("in_force").sub("", own.figure.left)
    if in_force != own.figure.left and not residue(in_force + own.figure.right):
        return own.value.low <= before.value.low  # 共6份，现行有效5份
    former, period = words("former").search(before.figure.left), before.figure.period
    dated = period is not None and before.figure.own_period and period.kind in (PeriodKind.STATE, PeriodKind.DATED)
    return bool(former or dated) and words("now").search(own.figure.left) is not None


def _remains(match: Match) -> bool:
    """高企21家，但到2024年5月底只有18家: a figure of which only is said that so many are left."""
    left = match.figure.left
    if words("remain_now").search(left):
        return True
    return words("remain").search(left) is not None and len(residue(words("remain").sub("", left))) <= 2


def stock(spec: FactSpec, analysis: Analysis, tops: list[Match]) -> list[Match]:
    """Of the present state: 已有14家，今年新增2家 holds the new ones; 2023年14家、2024年18家 without a word of what
    came in are levels, of which the last stands."""
    if spec.time != "state" or len(tops) < 2:
        return tops
    held = [m for m in tops if words("newly").search(m.figure.own) is None]
    if held and len(held) < len(tops):
        return held
    years = [m.figure.period for m in tops if m.figure.own_period and m.figure.period is not None]
    single = [p for p in years if p.start is not None and p.kind is PeriodKind.DATED and (p.end - p.start).days <= 366]
    ends = [p.end for p in single]
    one_kind = len({m.kinds for m in tops if m.kinds}) <= 1  # 在园高企12家，2022年8家
    levels = len(single) == len(tops) and len(set(ends)) == len(ends) and one_kind
    if not levels or words("flow").search(analysis.sentence.folded + analysis.sentence.section.text):
        return tops
    return [tops[ends.index(max(ends))]]


NEAR = 8  # characters between 其中 and the end of what stands before the thing's name


def lost_since(book: FactBook, spec: FactSpec, analysis: Analysis, matches: list[Match], claims: Claims) -> None:
    """常驻5人。2024年3月，2人结束派驻回国: what a sentence says was lost is taken from the figure of the one before."""
    sentence = analysis.sentence
    if not spec.subtract or not claims.stated or sentence.previous is None:
        return
    stated = claims.stated_in(sentence.previous)
    if len(stated) != 1 or not stated[0].interval.exact:
        return
    text = sentence.document.text[stated[0].span.end : sentence.span.start]
    if words("several").search(text):
        return  # 13篇…，附表里还有几篇中文核心。有一篇重复登记: what was lost is of what was spoken of last
    for figure in analysis.figures:
        if words("additional").match(figure.left.lstrip()):
            return  # 另有4人常住国内，2人…: beside the figure, and so is what follows
        if words("each").search(sentence.folded[max(0, figure.quantity.span.start - 6) : figure.quantity.span.start]):
            continue  # 各科室各指定1名兼职联络员
        if words("rest").search(figure.left) or figure.quantity.interval.low > stated[0].interval.low:
            continue  # 常驻1人。其余4人居住在重庆
        if any(m.figure is figure for m in matches) or figure.quantity.measure not in spec.measures:
            continue
        if figure.blocked in ("quotation", "template", "other_body"):
            continue
        bare = not residue(words("part").sub("", figure.left)) or (figure.part and figure.parent is not None)
        said = figure.right + status_after(analysis, figure)
        kinds = kinds_in(book, spec, figure.own)
        if kinds and stated[0].kinds and kinds != stated[0].kinds:
            continue  # 软件著作权8项；3件发明专利尚在实审
        if bare and not figure.total and book.pattern(spec.subtract).search(said):
            claims.lose(stated[0], figure.quantity.interval, located(sentence, analysis.clauses[figure.clause].span))


def restated(spec: FactSpec, analysis: Analysis, matches: list[Match], claims: Claims) -> None:
    """…40篇。该数未经核实，证明为33篇: another figure for the one before, which is kept (reading 26): a conflict."""
    before = claims.stated_in(analysis.sentence.previous)
    if matches or len(before) != 1 or not analysis.sentence.holds(words("that_figure")):
        return
    others = [f for f in analysis.figures if f.quantity.measure in spec.measures and not f.blocked and not f.part]
    if len(others) != 1 or not others[0].quantity.interval.exact or not before[0].interval.exact:
        return
    entry, other = before[0], others[0].quantity.interval
    if entry.interval != other:
        entry.points = (entry.interval.low, other.low)
        entry.interval = Interval(min(entry.points), max(entry.points))
        entry.conflict = True


def named_lost(book: FactBook, spec: FactSpec, analysis: Analysis, claims: Claims) -> None:
    """Take from the figure that its sentence, or the one that it goes on from, states what a clause without a figure
    says to be lost, where exactly one of the figures counts a thing of that name."""
    sentence = analysis.sentence
    if not spec.subtract or not claims.stated or not may(words("part"), sentence.folded):
        return
    counted = {f.clause for f in analysis.figures}
    for index, clause in enumerate(analysis.clauses):
        if index in counted or clause.depth:
            continue
        body = analysis.clause_text(index)
        part = words("part").match(body.lstrip())
        if part is None or not book.pattern(spec.subtract).search(body):
            continue
        said = body.lstrip()[part.end() :]
        name = book.pattern(spec.heads).search(said)
        if name is None or name.start() > NEAR:
            continue
        before = sentence.folded[: clause.span.start]
        stated = claims.stated_in(sentence)
        if not before.strip() and sentence.previous is not None and sentence.continues:
            before, stated = sentence.previous.folded, claims.stated_in(sentence.previous)
        place = before.find(name[0])
        if len(stated) != 1 or not stated[0].interval.exact or place < 0 or before.count(name[0]) > 1:
            continue
        lost = next((q for q in quantities(before, []) if q.span.start >= place + len(name[0])), None)
        if lost is None or residue(before[place + len(name[0]) : lost.span.start]) or not lost.interval.exact:
            continue
        claims.lose(stated[0], lost.interval, located(sentence, clause.span))


_BECAME = ("now", "former", "signed", "having", "in_force", "progress", "rest")  # words of what became of things


def adds(spec: FactSpec, analysis: Analysis, group: list[Match], entry: Assertion, claims: Claims) -> bool:
    """授权专利31件；另登记软件著作权8项: what a sentence adds to the figure of the one that it goes on from."""
    last = claims.stated[-1][0] if spec.joined and claims.stated else None
    if last is None or not (last is analysis.sentence.previous or _of_its_form(analysis.sentence, last)):
        return False
    whole, first = claims.stated[-1][1], group[0].figure
    lead = analysis.sentence.folded[: first.quantity.span.start]
    additional = words("additional").match(lead.lstrip()) is not None
    additional = additional or _parallel(analysis, group, whole, entry) or _of_another_rank(whole, entry)
    bounded = entry.interval.high is not None and (entry.interval.exact or entry.open)
    same = whole.document is entry.document and bounded and whole.interval.exact
    dated = first.own_period and not (spec.time == "state" and words("single_date").search(first.left))
    if not (additional and same and not entry.conflict) or dated or first.total or _told_of_before(analysis, first):
        return False
    whole.interval = add([whole.interval, entry.interval])
    low, high = whole.interval.low, whole.interval.high
    whole.points = (low,) if high in (low, None) else (low, high)
    whole.span = Span(whole.span.start, entry.span.end)
    whole.named, whole.nouns = f"{whole.named}|{entry.named}", (*whole.nouns, *entry.nouns)
    return True


def _told_of_before(analysis: Analysis, figure: Figure) -> bool:
    """有两支：一支是…；另一支是…: a part of what the statement before it counts."""
    return figure.parent is not None and figure.parent not in analysis.figures


_COUNTED_LABEL = re.compile(r"[^，。；：\d]{2,24}：\s*[^，。；：\d]{0,4}\d")
MOST_LINES = 8  # of a form between two that count the same fact


def _counts(text: str) -> bool:
    """市级重点实验室：1个: a line of a form that counts what its label names."""
    return _COUNTED_LABEL.match(text) is not None


def _of_its_form(sentence: Sentence, above: Sentence) -> bool:
    """Whether a counting line stands below another one, with only such lines between."""
    line: Sentence | None = sentence
    for _ in range(MOST_LINES):
        if line is None or not _counts(line.folded):
            return False
        if line is above:
            return True
        line = line.previous
    return False


def _parallel(analysis: Analysis, group: list[Match], whole: Assertion, entry: Assertion) -> bool:
    """市级孵化器1家；院士工作站1家: things of another name behind a semicolon, with no word of what became of them."""
    own, first = residue(entry.named), group[0].figure
    beside = analysis.sentence.continues or _counts(analysis.sentence.folded)
    if not (beside and len(group) == 1) or first.part or entry.kinds or whole.kinds:
        return False
    if entry.nouns and whole.nouns:
        return not set(entry.nouns) & set(whole.nouns)  # 孵化器1个；…批准组建新型研发机构1个
    told = any(words(name).search(first.own) for name in _BECAME)
    before = [residue(name) for name in whole.named.split("|")] if whole.named else []
    return not told and len(own) > 1 and bool(before) and not any(own in name or name in own for name in before)


def _of_another_rank(whole: Assertion, entry: Assertion) -> bool:
    """国家级的两项，…。市级的三项，…: phrases that differ in nothing but the rank that they name."""
    ranks, rests = zip(*(_rank(one.named) for one in (whole, entry)), strict=True)
    return all(len(rank) == 1 for rank in ranks) and ranks[0] != ranks[1] and rests[0].endswith(rests[1])


def _rank(named: str) -> tuple[set[str], str]:
    """The ranks that a phrase names without those above them (市级以上), and what else it names."""
    found = {match[0] for match in words("rank_words").finditer(named) if match[0].endswith("级")}
    return found, residue(words("rank_words").sub("", named))


def lowered(value: Interval, parts: list[Match]) -> Interval:
    """A figure's interval once its parts that are in doubt are taken from its lower bound."""
    less = sum(m.figure.quantity.interval.high or 0 for m in parts if m.doubtful)
    if not less and value.low >= 0:
        return value
    return Interval(max(0, value.low - less), value.high)


def of_the_one_before(analysis: Analysis, matches: list[Match], claims: Claims) -> list[Match]:
    """…8篇；这8篇里有1篇只来自香港大学: such a part lowers the figure of the sentence before; the other matches."""
    stated = claims.stated_in(analysis.sentence.previous)
    if len(stated) != 1:
        return matches
    kept = []
    for match in matches:
        whole = match.figure.parent if match.figure.part else None
        text = analysis.sentence.folded
        back = whole is not None and words("refers_back").search(text, 0, whole.quantity.span.start) is not None
        if match.doubtful and back:
            stated[0].interval = lowered(stated[0].interval, [match])
        else:
            kept.append(match)
    return kept


def set_aside(book: FactBook, spec: FactSpec, analysis: Analysis, claims: Claims) -> None:
    """Each clause that names the fact's things, gives no figure of them and says why they do not count."""
    heads = book.pattern(spec.heads)
    counted = {f.clause for f in analysis.figures if f.quantity.measure in spec.measures}
    for index, clause in enumerate(analysis.clauses):
        if clause.depth or index in counted:
            continue
        body = analysis.clause_text(index)
        if heads.search(body) is None:
            continue
        reason = ""
        if all(says_any(book, need.words, body) for need in spec.needs):
            reason = analysis.clause_blocks.get(index, "") or _unreal(analysis, body) or rejected(book, spec, body)
        elif any(need.complement and book.pattern(need.complement).search(body) for need in spec.needs):
            reason = rejected(book, spec, body)  # 九龙坡区企业技术中心为区级平台
        if reason:
            claims.exclude(analysis.sentence.document, located(analysis.sentence, clause.span), reason)


def _unreal(analysis: Analysis, body: str) -> str:
    if words("plan").search(exempted(body, analysis.today, analysis.sentence.folded)):
        return "planned"
    return "dropped_status" if dropped(body) else ""


def rejected(book: FactBook, spec: FactSpec, body: str) -> str:
    """The reason for which an item that says so is left out of a list of the fact."""
    for reject in spec.listing.reject if spec.listing is not None else ():
        kept = reject.keep and book.pattern(reject.keep).search(body)
        if not reject.columns and not kept and reject.words and book.pattern(reject.words).search(body):
            return reject.reason
    return ""
