"""What a page says of how many there are, by the names of what is counted; and whether it lists as many."""
from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

# A figure is what the pages mark as one: a number, a value, a count in a tag. It is explained by a link on it or around
# it (for what a piece of evidence or a file is read as: that of the piece or the file), by what it opens (the summary
# of what is listed below), by a title or words of its own that say why nothing opens, by the caption of its row in a
# list of particulars, or by the list that its heading counts. Days, the viewer's page numbers, the code of a
# refusal, and zeros, of which there is nothing to open, are no figures.
UNEXPLAINED = r"""() => {
  const figures = [...document.querySelectorAll('main .num, main .figure, main .tag.warn, main .tally li')]
    .filter(one => /[1-9]/.test(one.textContent.replace(/\d{4}-\d{2}-\d{2}/g, '')) && one.offsetParent
            && !one.closest('time, .viewer, .card > h3, pre, dialog, .code'));
  const linked = one => one.closest('a[href]') || one.querySelector('a[href]')
    || one.closest('.piece')?.querySelector('.place a') || one.closest('.file')?.querySelector('.file-name a');
  const opened = one => one.closest('summary') || one.closest('.criterion')?.querySelector('.cover, details')
    || one.closest('article.subject')?.querySelector('.needs a, details .pieces a, details a');
  const titled = one => one.closest('[title]') || one.querySelector('[title], .why');
  const captioned = one => one.matches('dd') && one.previousElementSibling?.matches('dt')
    || one.closest('dd')?.querySelector('q') || one.closest('td')?.querySelector('details q, details p')
    || one.closest('tr')?.querySelector('td a[href*="object_id"]') || one.closest('.rests')?.closest('.item, .article');
  const listed = one => one.closest('h1, h2, h3, h4')?.closest('section, .page, .case, details, div')
    ?.querySelector('ul li, ol li, tbody tr, article');
  return figures.filter(one => !linked(one) && !opened(one) && !titled(one) && !captioned(one) && !listed(one))
    .map(one => one.outerHTML.slice(0, 200));
}"""
# Of an applicant's page of a case. `said` is every number that the page prints, `listed` how many it then shows: both
# by the same names. The headline is not split here, see `HEADLINE`.
CASE = r"""() => {
  const number = (one) => one ? Number(one.textContent.trim()) : 0, said = {}, listed = {};
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  for (const chip of all('.filter .chip')) {
    const name = chip.dataset.filter || 'all';
    said[name] = number(chip.querySelector('.num'));
    listed[name] = name === 'all' ? all('.criterion').length : name === 'priority' ? all('.criterion.priority').length
      : all(`.criterion.${name}:not(.priority)`).length;
  }
  said.todo = number(document.querySelector('#todo-head .num'));
  listed.todo = all('#todo details:not(#todo-said) > ul > li').length;
  for (const part of all('#todo details')) {
    said[part.id] = number(part.querySelector('summary .num'));
    listed[part.id] = all(':scope > ul > li', part).length;
  }
  said.conflicts = number(document.querySelector('#conflicts-head .num'));
  listed.conflicts = all('#conflicts h4').length;
  said.sensitive = number(document.querySelector('#sensitive-head .num'));
  listed.sensitive = all('#sensitive li').length;
  said.files = number(document.querySelector('#files-count'));
  listed.files = all('li.file').length;
  return {said, listed, headline: document.querySelector('#result-head').textContent.match(/\d+/g).map(Number)};
}"""
# Of a reviewer's page of a case.
REVIEW = r"""() => {
  const said = {}, listed = {}, all = (selector, within = document) => [...within.querySelectorAll(selector)];
  for (const one of all('#review-summary .tally li')) {
    const outcome = one.querySelector('.outcome');
    if (outcome) said[outcome.className.replace('outcome ', '')] = Number(one.querySelector('.num').textContent);
    else said.unchecked = Number((one.textContent.match(/\d+/) || [0])[0]);
  }
  listed.unchecked = all('.subject.open:not([data-absent]):not(.judgement)').length;
  listed.conflict = all('.subject.conflict').length;
  listed.undecided = all('.undecided').length;
  listed.judgement = all('.subject.judgement .outcome.needs_judgement').length;
  for (const one of all('.undecided')) {
    const name = `undecided ${one.closest('.subject').dataset.subject}`;
    said[name] = Number(one.querySelector('h4').textContent.match(/\d+/)[0]);
    listed[name] = all('.piece', one).length;
  }
  const files = document.querySelector('#files-head .num'), open = document.querySelector('#sensitive-head .num');
  said.sensitive = open ? Number(open.textContent) : 0;
  listed.sensitive = all('#sensitive li').length;
  said.files = files ? Number(files.textContent) : 0;
  listed.files = all('li.file').length;
  return {said, listed};
}"""
# Of a row of a list of cases.
LINE = r"""(row) => ({
  numbers: [...row.querySelectorAll('.num a, a.num, .tally .num, a.plain.nowrap')].map(one => one.textContent.trim()),
  counts: Object.fromEntries([...row.querySelectorAll('.tally a')].map(one => [
    one.querySelector('.outcome').className.replace('outcome ', ''), Number(one.querySelector('.num').textContent)])),
  measurable: (row.querySelector('a.plain.nowrap')?.textContent.match(/\d+/g) || []).map(Number),
  tags: Object.fromEntries([...row.querySelectorAll('a.tag.warn')].map(one => one.textContent.trim().split(/\s+/))),
})"""


def case(page: Page, address: str) -> dict[str, Any]:
    page.goto(address)
    found: dict[str, Any] = page.evaluate(CASE)
    return found


def review(page: Page, address: str) -> dict[str, Any]:
    page.goto(address)
    found: dict[str, Any] = page.evaluate(REVIEW)
    return found
