"""The explorer in a real browser: what a person does with mouse and keys, and what she then sees.

It needs Chromium (Debian: `apt-get install chromium`); without it these tests are skipped.
"""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

import qualeval as qe
from tests.browser import Opened, launched, opened_in
from tests.explorers import HIT, workers
from tests.serving import HOSTILE, served

pytestmark = pytest.mark.slow

POOL = workers(300)
REFUSED = "the server responded with a status of 422"
"""What the browser's console says of a file that cannot be read."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as found:
        yield found


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served() as (address, _):
        yield address


def opened(browser: Browser, url: str, **settings: Any) -> Opened:
    """A page that has its first answer."""
    found = opened_in(browser, url, **settings)
    expect(found.page.get_by_role("status")).to_contain_text("permitted")
    return found


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    """A page that in the end has heard no complaint, and has asked nobody but its server."""
    found = opened(browser, url)
    yield found.page
    assert [each for each in found.complaints if REFUSED not in each] == []
    assert [each for each in found.requests if not each.startswith((url, "blob:"))] == []
    found.page.context.close()


def payload(name: str, content: bytes) -> FilePayload:
    """A file to upload."""
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def permitted(requirements: list[dict[str, Any]] | None = None, **changes: Any) -> str:
    """How many of the pool may accept, as the page writes it: of these requirements, or of the HIT's after changes."""
    hit = HIT if requirements is None else qe.parse_hit({"QualificationRequirements": requirements})
    policy = qe.compile_hit(qe.change_hit(hit, **changes) if changes else hit)
    return f"{sum(policy.permits(each) for each in POOL):,}"


def expect_accept(page: Page, count: str) -> None:
    """The ladder says that so many may accept, and so does what a screen reader hears."""
    expect(page.locator(".ladder .count").nth(2)).to_have_text(f"{count} workers permitted")
    expect(page.get_by_role("status")).to_contain_text(f"accept: {count} worker")


def slider(page: Page, card: int) -> Locator:
    return page.locator(".card").nth(card).get_by_role("slider")


def test_it_begins_with_the_hit_and_the_pool(page: Page) -> None:
    """The title, a card a requirement, and the counts of the pool."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Mark the birds in 20 photographs")
    expect(page.locator(".card")).to_have_count(4)
    expect_accept(page, permitted())
    expect(page.locator(".funnel tbody tr").last).to_contain_text(permitted())


def test_dragging_a_slider(page: Page) -> None:
    """The counts follow; the whole drag is one step to undo, and can be done again."""
    page.locator(".card").nth(2).scroll_into_view_if_needed()
    box = slider(page, 2).bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.97, middle)
    page.mouse.down()
    for part in range(97, 30, -3):
        page.mouse.move(box["x"] + box["width"] * part / 100, middle)
    page.mouse.up()
    value = int(page.locator(".card").nth(2).get_by_label("Value", exact=True).input_value())

    assert value < 60
    expect_accept(page, permitted(values={2: value}))
    page.get_by_role("button", name="Undo").click()
    expect_accept(page, permitted())
    page.get_by_role("button", name="Redo").click()
    expect_accept(page, permitted(values={2: value}))


def test_the_keyboard_is_enough(page: Page) -> None:
    """A slider moves by arrow keys and tells its value and audience; Control+Z takes it back; all can be reached."""
    slider(page, 2).focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    expect_accept(page, permitted(values={2: 95}))
    assert str(slider(page, 2).get_attribute("aria-valuetext")).startswith("95: ")
    page.keyboard.press("Control+z")
    expect_accept(page, permitted(values={2: 96}))
    page.keyboard.press("Control+y")
    expect_accept(page, permitted(values={2: 95}))

    page.locator("body").press("Tab")
    reached: list[str] = []
    for _ in range(60):
        reached.append(page.evaluate("document.activeElement.outerHTML.slice(0, 80)"))
        page.keyboard.press("Tab")
    controls = page.locator("button:enabled, select, input:not([type=radio]):not(:disabled)")
    assert len(set(reached)) >= controls.count() * 0.8


def test_typing_a_value_and_values(page: Page) -> None:
    """A field takes any integer; another comparator takes a list, and what is no integer is told at the field."""
    card = page.locator(".card").nth(2)
    card.get_by_label("Value", exact=True).fill("40")
    card.get_by_label("Value", exact=True).press("Enter")
    expect_accept(page, permitted(values={2: 40}))

    card.get_by_label("Comparator").select_option("In")
    card.get_by_label("Values").fill("95, 99 100")
    card.get_by_label("Values").press("Enter")
    listed = HIT.to_mturk()["QualificationRequirements"]
    listed[2] |= {"Comparator": "In", "IntegerValues": [95, 99, 100]}
    expect_accept(page, permitted(listed))

    card.get_by_label("Values").fill("many")
    card.get_by_label("Values").press("Enter")
    assert card.get_by_label("Values").evaluate("field => field.validationMessage")
    expect_accept(page, permitted(listed))


def test_what_is_being_written_stays(page: Page) -> None:
    """Whatever is drawn meanwhile: the pointer passes over another card, or an answer comes."""
    page.get_by_role("button", name="Somebody new").click()
    value, fact = page.locator(".card").nth(2).get_by_label("Value", exact=True), page.locator(".facts input").first
    for field, text in (value, "41"), (fact, "US-W"), (page.get_by_label("Pick from the pool"), "A000"):
        field.fill(text)
        page.locator(".card").nth(0).hover()
        page.locator(".card").nth(1).hover()
        expect(page.locator(".card.focused")).to_contain_text("NumberHITsApproved")
        expect(field).to_have_value(text)


def test_places_by_name(page: Page) -> None:
    """A country is found by its name, taken out by its chip, and offered where it would bring most."""
    card = page.locator(".card").nth(0)
    card.get_by_label("Add a place").fill("united kingdom")
    card.get_by_label("Add a place").press("Enter")
    expect(card.get_by_label("Places")).to_contain_text("United Kingdom")
    expect_accept(page, permitted(values={0: "US,CA,GB"}))
    card.get_by_role("button", name="Remove United States").click()
    expect_accept(page, permitted(values={0: "CA,GB"}))
    card.get_by_label("Add a place").fill("Atlantis")
    card.get_by_label("Add a place").press("Enter")
    assert "Atlantis" in card.get_by_label("Add a place").evaluate("field => field.validationMessage")


def test_adding_switching_off_and_removing(page: Page) -> None:
    """A requirement more, one that is not asked for now, and one less."""
    page.get_by_label("Add a requirement on").select_option(label="study_1")
    page.get_by_role("button", name="Add").click()
    expect(page.locator(".card")).to_have_count(5)
    page.get_by_role("checkbox", name="requirement 3 is asked for").uncheck()
    page.get_by_role("checkbox", name="requirement 4 is asked for").uncheck()
    expect_accept(page, permitted(without=[3]))
    page.get_by_role("button", name="Remove requirement 0").click()
    expect(page.locator(".card")).to_have_count(4)
    expect_accept(page, permitted(without=[0, 3]))
    expect(page.locator(".card").nth(0).get_by_label("Comparator")).to_be_focused()
    page.get_by_role("button", name="Original").click()
    expect_accept(page, permitted())


def test_another_type_by_its_id(page: Page) -> None:
    """A type that has no name here is asked for by its id; a broken requirement is told on its card."""
    page.get_by_label("Add a requirement on").select_option(label="another type, by its id")
    page.get_by_label("Id of the type").fill("3OTHER")
    page.get_by_role("button", name="Add").click()
    expect(page.locator(".card").nth(4)).to_contain_text("3OTHER")
    expect_accept(page, "0")
    page.locator(".card").nth(0).get_by_role("button", name="Remove Canada").click()
    page.locator(".card").nth(0).get_by_role("button", name="Remove United States").click()
    expect(page.locator(".card").nth(0).get_by_role("alert")).to_contain_text("needs at least one value")
    expect(page.get_by_text("These numbers are older")).to_be_visible()


def test_findings_and_comparison_as_they_arise(page: Page) -> None:
    """A rate of 101 is told to shut everybody out, and who loses is shown."""
    card = page.locator(".card").nth(2)
    card.get_by_label("Value", exact=True).fill("101")
    card.get_by_label("Value", exact=True).press("Enter")
    expect(card).to_contain_text("QE401")
    expect(page.get_by_role("region", name="In plain words")).to_contain_text("Nobody can accept it")
    expect(page.get_by_role("region", name="Against the original")).to_contain_text("accept lost")
    expect_accept(page, "0")


def test_the_worker_panel(page: Page) -> None:
    """One of the pool is judged with reasons and remedies, and again with other facts; somebody new is unknown."""
    page.get_by_label("Pick from the pool").fill("A00007")
    worker = POOL[7]
    outcomes = page.locator(".outcomes")
    decision = qe.compile_hit(HIT).decide(worker)
    for action in qe.Action:
        expect(outcomes).to_contain_text(f"{action} {decision.outcome(action)}")
    page.locator(".facts").get_by_label("Worker_Locale").fill("IN")
    page.locator(".facts").get_by_label("Worker_Locale").press("Enter")
    expect(outcomes).to_contain_text("discover denied")
    expect(page.locator(".reasons")).to_contain_text("unmet requirement 0")
    page.get_by_role("button", name="Somebody new").click()
    expect(outcomes).to_contain_text("accept unknown")
    page.locator(".facts").get_by_label("Worker_Locale").fill("UK")
    page.locator(".facts").get_by_label("Worker_Locale").press("Enter")
    expect(page.locator(".worker").get_by_role("alert")).to_contain_text("did you mean")


def test_sharing(page: Page, browser: Browser) -> None:
    """The link opens what stands here; a link that is none is told, and the HIT is there all the same."""
    slider(page, 2).focus()
    page.keyboard.press("ArrowLeft")
    page.get_by_label("Pick from the pool").fill("A00003")
    expect(page.locator(".outcomes")).to_be_visible()
    expect_accept(page, permitted(values={2: 97}))
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator(".notice")).to_contain_text("link")
    other = opened(browser, page.url).page
    expect_accept(other, permitted(values={2: 97}))
    expect(other.get_by_label("Pick from the pool")).to_have_value("A00003")
    broken = opened(browser, f"{page.url.split('#')[0]}#nonsense").page
    expect(broken.locator(".notice")).to_contain_text("could not be read")
    expect_accept(broken, permitted())


def test_downloading_the_request(page: Page) -> None:
    """The file is the HIT with what stands on the cards, ready for CreateHIT."""
    page.locator(".card").nth(2).get_by_label("Value", exact=True).fill("90")
    page.locator(".card").nth(2).get_by_label("Value", exact=True).press("Enter")
    expect_accept(page, permitted(values={2: 90}))
    with page.expect_download() as download:
        page.get_by_role("button", name="Download request").click()
    request = json.loads(Path(download.value.path()).read_text("utf-8"))

    assert request == qe.change_hit(HIT, values={2: 90}).to_mturk()


def test_opening_files(browser: Browser) -> None:
    """Another HIT and another pool take the place of these; what cannot be read is told and changes nothing."""
    with served() as (url, _):
        page = opened(browser, url).page
        files = page.locator("[data-opens=HIT]"), page.locator("[data-opens=pool]")
        files[0].set_input_files(payload("x.json", b"{nope"))
        expect(page.locator(".notice")).to_contain_text("not JSON")
        files[1].set_input_files(payload("x.csv", b"WorkerId,Worker_Locale\nA,XX\n"))
        expect(page.locator(".notice")).to_contain_text("unknown country `XX`")
        expect_accept(page, permitted())
        open_to_all = json.dumps({"Title": "For all", "QualificationRequirements": []}).encode()
        files[0].set_input_files(payload("x.json", open_to_all))
        expect(page.get_by_role("heading", level=1)).to_have_text("For all")
        expect_accept(page, "300")
        files[1].set_input_files(payload("x.csv", b"WorkerId\nA1\nA2\n"))
        expect_accept(page, "2")
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Mark the birds in 20 photographs")


def test_another_page_opens_a_pool(browser: Browser) -> None:
    """This one shows what the pool is called by then, and nobody else's answer under a worker's name."""
    with served() as (url, _):
        page, other = opened(browser, url).page, opened(browser, url).page
        page.get_by_label("Pick from the pool").fill("A00000")
        expect(page.locator(".outcomes")).to_be_visible()
        other.locator("[data-opens=pool]").set_input_files(payload("other.csv", b"WorkerId\nB1\n"))
        expect_accept(other, "0")
        page.locator("input[type=radio][value=preview]").check()
        expect(page.locator(".heading")).to_contain_text("other.csv: 1 worker")
        expect(page.locator(".heading")).not_to_contain_text("1 workers")
        expect(page.locator(".worker").get_by_role("alert")).to_contain_text("is not `A00000`")
        expect(page.locator(".outcomes")).not_to_be_visible()


@pytest.mark.parametrize(
    "broken",
    [
        {"worker": {"row": None, "name": "", "facts": [None]}},
        {"cards": [{"on": True, "requirement": {"QualificationTypeId": qe.LOCALE, "LocaleValues": 5}}]},
        {"cards": [{"on": True, "requirement": {"QualificationTypeId": qe.LOCALE, "LocaleValues": [None]}}]},
        {"more": "".join(map(chr, range(0x4E00, 0x9FFF))) * 10},
    ],
)
def test_links_that_hold_no_state(browser: Browser, url: str, broken: dict[str, Any]) -> None:
    """The page says that it could not read the link, and shows the HIT as it is."""
    hit: dict[str, Any] = {"id": None, "title": "linked", "request": {"QualificationRequirements": []}}
    whole: dict[str, Any] = {"hit": hit, "cards": [], "action": "accept", "worker": None}
    page = opened_in(browser, f"{url}#{linked(whole)}").page
    expect(page.get_by_role("heading", level=1)).to_have_text("linked")
    page = opened_in(browser, f"{url}#{linked({**whole, **broken})}").page

    expect(page.locator(".notice")).to_contain_text("The link could not be read")
    expect(page.get_by_role("heading", level=1)).to_have_text("Mark the birds in 20 photographs")


def linked(state: object) -> str:
    """The part of a link behind the `#`."""
    squeezed = zlib.compress(json.dumps(state, ensure_ascii=False).encode(), 0, wbits=-15)
    return base64.urlsafe_b64encode(squeezed).decode().rstrip("=")


def test_long_ids_fit_on_a_phone(browser: Browser, url: str) -> None:
    """An id of 64 letters is broken rather than wider than the window, wherever it stands."""
    found = opened(browser, url, width=360)
    page = found.page
    long = {"QualificationTypeId": "3" + "W" * 63, "Comparator": "NotIn", "IntegerValues": [1]}
    hit = json.dumps({"Title": "T" * 128, "QualificationRequirements": [long]}).encode()
    page.locator("[data-opens=HIT]").set_input_files(payload("x.json", hit))
    expect(page.get_by_role("heading", level=1)).to_have_text("T" * 128)
    expect(page.locator(".results")).to_contain_text("WWW")
    page.get_by_role("button", name="Somebody new").click()
    expect(page.locator(".outcomes")).to_be_visible()

    assert found.overflow <= 0


def test_the_server_is_gone(browser: Browser) -> None:
    """The page says so, keeps what stands on it, and asks again once told to."""
    with served() as (url, process):
        page = opened(browser, url).page
        process.terminate()
        process.wait(10)
        slider(page, 2).focus()
        page.keyboard.press("ArrowLeft")
        expect(page.locator(".notice.gone")).to_contain_text("does not answer")
        expect(page.locator(".card").nth(2).get_by_label("Value", exact=True)).to_have_value("97")
        expect(page.get_by_role("button", name="Try again")).to_be_visible()


def test_no_text_is_run(browser: Browser) -> None:
    """Scripts in titles, in the ids of workers, in fields and in links stay text."""
    with served("hostile") as (url, _):
        found = opened(browser, url)
        page = found.page
        expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
        pool = f"WorkerId,Worker_Locale\n{HOSTILE},US\n".encode()
        page.locator("[data-opens=pool]").set_input_files(payload(f"{HOSTILE}.csv", pool))
        page.wait_for_timeout(300)
        for field in page.locator("input[type=text], input[type=search]").all():
            if field.is_visible():
                field.fill(HOSTILE)
                field.press("Enter")
        page.get_by_role("button", name="Somebody new").click()
        for field in page.locator(".facts input").all():
            field.fill(HOSTILE)
            field.press("Enter")
        expect(page.locator(".worker").get_by_role("alert").first).to_be_visible()
        assert page.evaluate("window.hacked") is None
        assert [each for each in found.complaints if "Content Security Policy" in each] == []


def test_ids_can_be_masked(browser: Browser) -> None:
    """With masks a worker is picked by row, and no id is on the page."""
    with served("masked") as (url, _):
        page = opened(browser, url).page
        page.get_by_label("Pick by row").fill("worker 8")
        expect(page.locator(".outcomes")).to_be_visible()
        assert re.search("A0000", page.content()) is None


@pytest.mark.parametrize("width", [1280, 768, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessibility(browser: Browser, url: str, width: int, scheme: Any) -> None:
    """axe-core finds nothing against it by WCAG 2.2 AA, and nothing is wider than the window."""
    found = opened(browser, url, width=width, scheme=scheme)
    page = found.page
    page.get_by_label("Pick from the pool").fill("A00007")
    expect(page.locator(".outcomes")).to_be_visible()
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    report = Axe().run(page, options={"runOnly": rules})

    assert [each["id"] for each in report.response["violations"]] == []
    assert found.overflow <= 0


def test_its_parts_are_small(page: Page) -> None:
    """All that the page loads is under 600 KB as it is sent."""
    sizes = page.evaluate("performance.getEntriesByType('resource').map(each => each.encodedBodySize)")

    assert len(sizes) > 10
    assert sum(sizes) < 600_000
