"""The pages as the server makes them: complete without scripts, exact in what they mark, silent about other people."""
from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.service.environment import settings
from api.service.records import Role
from tests.api.pages.test_texts import SCRIPTS
from tests.support.places import ROOT
from tests.support.web_samples import installation

EXAMPLE = ROOT / "examples" / "membrane-center"
PASSWORD = "a sentence that is remembered"
MOST_WEIGHT, MOST_HTML = 200_000, 120_000
FILES = ("申报书.docx", "论文清单.xlsx", "证照与承诺书.pdf")


class Browser:
    """A person at a browser without scripts: follows redirects, sends each page's token along."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.text = ""

    def get(self, address: str, **headers: str) -> int:
        answer = self.client.get(address, headers=headers)
        self.text, self.address = answer.text, answer.url.path
        return answer.status_code

    def post(self, address: str, /, **fields: str) -> int:
        answer = self.client.post(address, data={"csrf": self.token(), **fields})
        self.text, self.address = answer.text, answer.url.path
        return answer.status_code

    def upload(self, address: str, *names: str) -> int:
        answer = self.client.post(address, data={"csrf": self.token(), "start": "1"},
                                  files=[("files", (name, (EXAMPLE / name).read_bytes())) for name in names])
        self.text, self.address = answer.text, answer.url.path
        return answer.status_code

    def token(self) -> str:
        self.client.get("/login")
        found = re.search(r'name="csrf" content="([^"]*)"', self.client.get("/policy").text)
        assert found
        return found[1]

    def register(self, email: str) -> None:
        assert self.post("/register", email=email, name="张三", password=PASSWORD) == 200

    def links(self, pattern: str) -> list[str]:
        return [unescape(one) for one in re.findall(r'href="([^"]*)"', self.text) if re.search(pattern, unescape(one))]

    def words(self) -> str:
        return unescape(re.sub(r"<[^>]*>", "", self.text))


@dataclass(frozen=True)
class Site:
    client: TestClient
    person: Browser
    case: str


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server with one applicant, whose case holds the bundled example, assessed."""
    app = create_app(settings.read({}, tmp_path_factory.mktemp("pages")))
    with TestClient(app) as client:
        person = Browser(client)
        person.register("first@example.com")
        person.post("/cases/new", base_type="joint_research_center", application_date="2025-06-30", title="膜中心")
        case = person.address
        person.upload(f"{case}/files", *FILES)
        wait(person, case)
        yield Site(client, person, case)


def wait(person: Browser, case: str) -> None:
    for _ in range(240):
        person.get(case)
        if 'id="c-' in person.text:
            return
        time.sleep(0.25)
    pytest.fail("no assessment within a minute")


def stranger(site: Site) -> Browser:
    other = Browser(TestClient(site.client.app))
    other.register(f"{time.time_ns()}@example.com")
    return other


# Pages ----------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("address", ["/", "/cases", "/cases/new", "/ask", "/account", "/policy", "/policy/articles/8",
                                     "{case}", "{case}/edit", "{case}/delete", "{case}/compare", "{case}/changes",
                                     "{case}/facts/sci_ei_papers", "/demo"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_answer_in_both_languages(site: Site, address: str, language: str) -> None:
    """Every page renders, in the language that is asked for, and has one heading of the first level."""
    assert site.person.get(f"{address.format(case=site.case)}?lang={language}") == 200
    assert f'<html lang="{"zh-CN" if language == "zh" else "en"}"' in site.person.text
    assert len(re.findall(r"<h1[ >]", site.person.text)) == 1


def test_the_result_is_summed_up_in_one_line(site: Site) -> None:
    """可量化条件 …达到, and what is missing, before any detail."""
    site.person.get(site.case)
    assert re.search(r"可量化条件 \d+/\d+ 达到，\d+ 项材料不足，\d+ 项待人工判断", site.person.words())


def shown(outcome: str, text: str) -> int:
    """How many criteria the page shows alone for an outcome: required ones, and the others by themselves."""
    kind = r"\w+ priority" if outcome == "priority" else outcome
    return len(re.findall(rf'class="criterion {kind}"', text))


def test_conditions_of_one_outcome_have_an_address(site: Site) -> None:
    """Each outcome that there is leads to its conditions alone, by a link, with how many there are."""
    person = site.person
    person.get(site.case)
    for address in person.links(r"\?show="):
        outcome = address.partition("?show=")[2].removesuffix("#result")
        person.get(address)
        assert f'data-show="{outcome}"' in person.text
        told = re.search(rf'data-filter="{outcome}" aria-current="true">.*?class="num">(\d+)<', person.text)
        assert told and int(told[1]) == shown(outcome, person.text) > 0
    person.get(f"{site.case}?show=nonsense")
    assert 'data-show=""' in person.text


def test_every_piece_of_evidence_opens_at_its_words(site: Site) -> None:
    """Each link from the result shows its document with something marked at the target."""
    site.person.get(site.case)
    links = site.person.links(r"/documents/.*start=")
    assert len(links) > 20
    for link in dict.fromkeys(links):
        assert site.person.get(link) == 200
        assert 'id="here"' in site.person.text, link


def test_the_marked_words_are_the_quote(site: Site) -> None:
    """In the applicant's own paragraphs the marked words are the evidence, verbatim."""
    site.person.get(site.case)
    link = next(one for one in site.person.links(r"evidence=8\.2\.papers") if "start=" in one)
    site.person.get(link)
    marked = "".join(re.findall(r'<mark class="target"[^>]*>(.*?)</mark>', site.person.text))
    quote = re.search(r'<blockquote lang="zh-CN">(.*?)</blockquote>', site.person.text, re.DOTALL)
    assert quote and marked == quote[1] == "近三年，研究院在膜法水处理领域发表SCI或EI论文24篇"


def test_evidence_is_walked_through_over_all_documents(site: Site) -> None:
    """Next leads from the first piece to the last, each once, through more than one document."""
    site.person.get(site.case)
    here: str | None = next(one for one in site.person.links(r"evidence=8\.2\.papers") if "start=" in one)
    seen: list[str] = []
    for way in ("before", "next"):
        while here:
            seen = [*(seen if way == "next" else []), here]
            site.person.get(here)
            onward = re.search(f'data-step="{way}" href="([^"]*)"', site.person.text)
            here = unescape(onward[1]) if onward else None
        here, seen = (seen[-1], []) if way == "before" else (None, seen)
    count = re.search(r'id="walk-place">(\d+)/(\d+)<', site.person.text)
    assert count and int(count[2]) == len(seen) == len(set(seen))
    assert len({one.partition("?")[0] for one in seen}) > 1


def test_pages_of_a_pdf_are_pictures_with_boxes(site: Site) -> None:
    """The words are boxed on the picture, in the page's own points; each picture loads when it is near."""
    site.person.get(site.case)
    link = next(one for one in site.person.links(r"evidence=5\.4\.secrecy") if "start=" in one)
    site.person.get(link)
    assert re.search(r'<svg class="boxes" viewBox="0 0 595\.\d+ 841\.\d+"', site.person.text)
    assert site.person.text.count('loading="lazy"') >= 3
    picture = re.search(r'src="([^"]*/pages/\d+\?scale=1\.5)"', site.person.text)
    assert picture
    drawn = site.client.get(picture[1])
    assert drawn.headers["content-type"] == "image/png" and drawn.headers["etag"]
    assert site.client.get(picture[1], headers={"If-None-Match": drawn.headers["etag"]}).status_code == 304


def test_a_document_can_be_searched(site: Site) -> None:
    """Hits are listed with their surroundings, and each is an address."""
    site.person.get(site.case)
    file = next(one for one in site.person.links(r"/documents/[0-9a-f]+$"))
    assert site.person.get(f"{file}?q=国际合作") == 200
    assert len(site.person.links(r"\?q=.*start=")) >= 1
    site.person.get(f"{file}?q=完全没有的词")
    assert "没有找到" in site.person.words()


def test_odd_addresses_of_the_viewer_show_the_document(site: Site) -> None:
    """Offsets beyond the text, no numbers, unknown evidence: the document opens, nothing is marked."""
    site.person.get(site.case)
    file = next(one for one in site.person.links(r"/documents/[0-9a-f]+$"))
    for query in ("start=x&end=9", "start=9&end=3", "start=99999999&end=999999999", "page=-4", "page=9999",
                  "evidence=nothing&start=1&end=5", "zoom=7", "start=²&end=5"):
        assert site.person.get(f"{file}?{query}") == 200


def test_the_case_page_is_light(site: Site) -> None:
    """Below 200 kB with its styles and scripts (those of the review are not its), without pictures of pages."""
    site.person.get(site.case)
    fetched = {unescape(one) for one in re.findall(r'(?:href|src)="(/static/[^"#]*)', site.person.text)}
    weight = len(site.person.text.encode()) + sum(len(site.client.get(one).content) for one in fetched)
    scripts = [path for path in SCRIPTS if not path.name.startswith("review")]
    assert weight + sum(path.stat().st_size for path in scripts) < MOST_WEIGHT


def test_a_case_is_light_for_both_sides(tmp_path: Path) -> None:
    """Its HTML is below 120 kB for its applicant and for a reviewer, however many pieces a fact has: what is not shown
    is counted, and one address away.
    """
    book = openpyxl.Workbook()
    for row in (("序号", "论文题目", "期刊名称", "出版日期", "收录类别", "状态"), *(
            (number, f"Membranes of kind {number}", "Separation Letters", "2024-03-01", "SCI", "已发表")
            for number in range(1, 201))):
        book.active.append(row)
    book.save(stream := BytesIO())
    with installation(tmp_path) as made:
        owner, reviewer = made.client(), made.client(Role.REVIEWER)
        case = owner.assessed(*((name, (EXAMPLE / name).read_bytes()) for name in FILES),
                              ("近三年论文清单.xlsx", stream.getvalue()))
        owner.post(f"/api/v1/cases/{case}/submission")
        review = f"/review/cases/{case}"
        pages = [owner.get(f"/cases/{case}").text, reviewer.get(review).text]
        assert [len(one.encode()) for one in pages if len(one.encode()) > MOST_HTML] == []
        rest = re.search(rf'href="({review}\?all=sci_ei_papers)#s-sci_ei_papers">其余 (\d+) 处', pages[1])
        assert rest is not None
        more = reviewer.get(rest[1]).text
        assert more.count('<li class="piece">') - pages[1].count('<li class="piece">') > 50
        assert int(rest[2]) > 150


def test_styles_and_scripts_are_packed_and_pages_are_not(site: Site) -> None:
    """For browsers that take it, and with their own mark; pages hold a secret beside what others wrote."""
    site.person.get(site.case)
    address = next(one for one in site.person.links(r"^/static/css/base\.css"))
    plain = site.client.get(address, headers={"Accept-Encoding": "identity"})
    packed = site.client.get(address, headers={"Accept-Encoding": "gzip, br"})
    assert "content-encoding" not in plain.headers
    assert (packed.headers["content-encoding"], packed.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) < len(plain.content) / 2
    assert "immutable" in packed.headers["cache-control"]
    again = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["etag"]}
    assert site.client.get(address, headers=again).status_code == 304
    assert "content-encoding" not in site.client.get(site.case, headers={"Accept-Encoding": "gzip"}).headers


def test_what_is_left_out_has_its_reason(site: Site) -> None:
    """Items that were seen and not counted are listed, and all of them have a page."""
    site.person.get(site.case)
    assert "已见但未计入" in site.person.words()
    site.person.get(f"{site.case}/facts/sci_ei_papers")
    assert "未发表" in site.person.words()


# Bad input ------------------------------------------------------------------------------------------------------------

def test_not_yours_and_not_there_are_the_same_page(site: Site) -> None:
    """Nobody learns from an answer whether somebody else's case exists."""
    site.person.get(site.case)
    file = next(one for one in site.person.links(r"/documents/[0-9a-f]+$"))
    other = stranger(site)
    for address in (site.case, f"{site.case}/compare", f"{site.case}/changes", f"{site.case}/edit",
                    f"{site.case}/delete", f"{site.case}/files", f"{site.case}/events", file, f"{file}/pages/1",
                    f"{site.case}/reports/json", f"{site.case}/facts/sci_ei_papers",
                    file.replace("/documents/", "/files/") + "/content"):
        theirs = other.get(address), re.sub(r"[0-9a-f]{32}|csrf[^>]*", "", other.text)
        nowhere = address.replace(site.case, "/cases/" + "0" * 32)
        assert theirs == (other.get(nowhere), re.sub(r"[0-9a-f]{32}|csrf[^>]*", "", other.text)), address
        assert theirs[0] == 404


def test_whoever_is_not_signed_in_comes_back_to_the_page(site: Site) -> None:
    """A link from a colleague leads through the sign-in to where it points."""
    visitor = Browser(TestClient(site.client.app))
    visitor.get(f"{site.case}/compare")
    assert visitor.address == "/login"
    assert f'name="next" value="{site.case}/compare"' in visitor.text


def test_a_way_out_to_another_site_is_not_followed(site: Site) -> None:
    """`next` never leads off this server."""
    for address in ("//evil.example", "https://evil.example", "/\\evil.example"):
        answer = site.client.get("/preferences", params={"next": address, "theme": "dark"}, follow_redirects=False)
        assert answer.headers["location"] == "/"


def test_a_form_sent_after_the_session_ended_is_kept(site: Site) -> None:
    """Signing in again brings back everything that was typed, one click from being sent."""
    person = stranger(site)
    person.get("/account")
    email = re.search(r"[0-9]+@example\.com", person.text)
    assert email
    person.get("/cases/new")
    token = person.token()
    answer = person.client.get("/account")
    session = re.search(r"/account/sessions/([0-9a-f]+)/end", answer.text)
    other = Browser(TestClient(site.client.app))
    other.post("/login", email=email[0], password=PASSWORD, next="/account")
    ended = re.search(r"/account/sessions/([0-9a-f]+)/end", other.text)
    assert session is None and ended
    other.post(f"/account/sessions/{ended[1]}/end")
    sent = person.client.post("/cases/new", data={
        "csrf": token, "title": "写了很久的名称", "base_type": "innovation_park", "application_date": "2024-06-15"})
    assert sent.status_code == 401 and "写了很久的名称" in unescape(sent.text)
    kept = {name: unescape(value) for name, value in
            re.findall(r'name="(kept|kept_action)" value="([^"]*)"', sent.text)}
    person.post("/login", email=email[0], password=PASSWORD, next="/", **kept)
    assert 'value="写了很久的名称"' in person.text and 'action="/cases/new"' in person.text
    person.post("/cases/new", title="写了很久的名称", base_type="innovation_park", application_date="2024-06-15")
    assert "写了很久的名称" in person.words()


def test_a_wrong_password_keeps_the_address(site: Site) -> None:
    """What is wrong is said, and only the password is typed again."""
    visitor = Browser(TestClient(site.client.app))
    assert visitor.post("/login", email="first@example.com", password=PASSWORD[::-1], next="/cases") == 401
    assert "邮箱或密码不正确" in visitor.words() and 'value="first@example.com"' in visitor.text


def test_a_form_with_mistakes_keeps_the_rest(site: Site) -> None:
    """The date is wrong: the page says so beside it, and the name is still there."""
    wrong = {"base_type": "joint_research_center", "application_date": "昨天", "title": "保留我"}
    assert site.person.post("/cases/new", **wrong) == 422
    assert 'value="保留我"' in site.person.text and 'id="application_date-problem"' in site.person.text


def test_the_same_file_twice_is_said_and_not_stored_twice(site: Site) -> None:
    """Neither silently added nor silently dropped."""
    person = stranger(site)
    person.post("/cases/new", base_type="joint_research_center", application_date="2025-06-30")
    case = person.address
    person.upload(f"{case}/files", FILES[2])
    person.client.post(f"{case}/files", data={"csrf": person.token()},
                       files=[("files", ("另一个名字.pdf", (EXAMPLE / FILES[2]).read_bytes()))])
    person.get(f"{case}/files")
    assert person.text.count("data-file=") == 1
    said = person.client.post(f"{case}/files", data={"csrf": person.token()}, headers={"Accept": "application/json"},
                              files=[("files", ("另一个名字.pdf", (EXAMPLE / FILES[2]).read_bytes()))]).json()
    assert said["files"][0]["added"] == "same" and FILES[2] in said["files"][0]["said"]


def test_markup_in_names_and_documents_stays_text(site: Site) -> None:
    """A file's name, a case's title and a document's words are never part of the page's own markup."""
    person = stranger(site)
    bad = "<script>alert(1)</script>\"'"
    person.post("/cases/new", base_type="joint_research_center", application_date="2025-06-30", title=bad)
    case = person.address
    person.client.post(f"{case}/files", data={"csrf": person.token()},
                       files=[("files", ("a<img src=x>.txt", f"一、概况\n{bad}近三年发表SCI论文23篇。".encode()))])
    for address in (case, "/cases", f"{case}/delete", f"{case}/files"):
        person.get(address)
        assert "<script>alert" not in person.text and "<img src=x>" not in person.text
    person.get(case)
    person.get(next(one for one in person.links(r"/documents/[0-9a-f]+$")) + "?q=script")
    assert "<script>alert" not in person.text and "alert(1)" in person.words()


def test_a_question_that_is_empty_or_endless_is_refused(site: Site) -> None:
    """The limit is said, in words."""
    assert site.person.post(f"{site.case}/ask", question=" ") == 400
    assert site.person.post(f"{site.case}/ask", question="长" * 600) == 400
    assert "500" in site.person.words()


def test_who_has_asked_nothing_reads_what_the_list_is_for(site: Site) -> None:
    """Not that nothing fits: nothing was looked for."""
    person = stranger(site)
    person.get("/ask")
    assert "还没有提问" in person.text and "没有符合的提问" not in person.text
    person.get("/ask?q=论文")
    assert "没有符合的提问" in person.text and "还没有提问" not in person.text


def test_articles_without_a_heading_are_called_by_what_they_ask(site: Site) -> None:
    """The conditions that every base type shares say so; the others have the policy's own heading."""
    site.person.get(site.case)
    heads = re.findall(r'<h3 id="g-\d+">(.*?)</h3>', site.person.text)
    assert [re.sub("<[^>]+>", "", one) for one in heads] == ["第五条 基本条件", "第八条 国际联合研究中心申报条件"]


def test_a_question_is_answered_without_scripts(site: Site) -> None:
    """The form posts, and the page comes back with the answer and its sources as links."""
    assert site.person.post(f"{site.case}/ask", question="论文要多少篇？") == 200
    assert "20篇" in site.person.words()
    assert any("/policy/articles/8" in one for one in site.person.links("/policy/"))


def test_an_answer_shows_what_it_quotes_once_and_folds_the_rest(site: Site) -> None:
    """A quotation stands with its source, not in the text too; what is cited beyond that is folded away, linked."""
    person = site.person
    person.post(f"{site.case}/ask", question="论文数量达到要求了吗？")
    turn = person.text[person.text.rindex('<article class="turn"'):].partition("</article>")[0]
    answer, _, folded = turn.partition("<details")
    assert answer.count("在所申报领域近三年发表SCI或EI论文20篇（含）以上") == 2  # in the title of its link, and once
    assert 1 < answer.count("<li>") <= 4
    assert folded.count("<li>") == folded.count("<a href") > 5


def test_a_question_can_be_streamed(site: Site) -> None:
    """Sentences come first, the finished exchange last, with its sources."""
    with site.client.stream("POST", "/ask", data={"csrf": site.person.token(), "question": "论文要多少篇？"},
                            headers={"Accept": "text/event-stream"}) as answer:
        kinds = [line.removeprefix("event: ") for line in answer.iter_lines() if line.startswith("event: ")]
    assert kinds[-1] == "turn" and kinds.count("text") == len(kinds) - 1


def test_a_deleted_case_is_gone(site: Site) -> None:
    """Its address says so; the list says nothing of it."""
    person = stranger(site)
    person.post("/cases/new", base_type="innovation_park", application_date="2025-06-30", title="不要了")
    case = person.address
    assert person.post(f"{case}/delete") == 200 and "不要了" not in person.words()
    assert person.get(case) == 404 and "没有找到" in person.words()
