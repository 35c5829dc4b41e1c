"""The report on an audience: one page that says it all, asks for nothing, and can be looked at anywhere."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qualeval as qe
from qualeval.bulk.audiences import Curve
from qualeval.web.charts import chart, ticks
from tests.browser import opened

RATE = qe.QualificationRequirement(qe.PERCENT_APPROVED, qe.Comparator.GREATER_THAN_OR_EQUAL_TO, (98,))
NUMBER = qe.QualificationRequirement(qe.NUMBER_HITS_APPROVED, qe.Comparator.GREATER_THAN, (1000,))
PLACES = qe.QualificationRequirement(qe.LOCALE, qe.Comparator.IN, locale_values=(qe.Locale("US"), qe.Locale("CA")))
DONE = qe.QualificationRequirement("3DONE", qe.Comparator.DOES_NOT_EXIST)

POOL = [
    qe.worker(
        f"ASECRET{n}",
        {
            qe.PERCENT_APPROVED: 90 + n % 11,
            qe.LOCALE: ("US", "CA", "GB", "IN", "US-WA")[n % 5],
            qe.NUMBER_HITS_APPROVED: n * n,
            **({"3DONE": "lacks"} if n % 3 else {}),
        },
    )
    for n in range(200)
]


def page_of(*requirements: qe.QualificationRequirement, pool: Any = POOL, **more: Any) -> str:
    policy = qe.compile_hit(qe.HIT(requirements, title=more.pop("title", "Mark the birds"), hit_id="3HIT"))
    return qe.web.audience_report(qe.bulk.audience(pool, policy), policy, **more)


def text_of(page: str) -> str:
    body = page.partition("<body>")[2]
    return " ".join(re.sub(r"<[^>]*>", " ", body).split())


def test_it_says_what_was_counted() -> None:
    """The numbers of the audience, the plain words, the funnel, the places, what lint says and a paper's sentence."""
    policy = qe.compile_requirements([PLACES, NUMBER, RATE, DONE])
    found = qe.bulk.audience(POOL, policy)
    text = text_of(page_of(PLACES, NUMBER, RATE, DONE, target=30))

    assert f"{found.permitted} of 200 workers" in text
    assert f"of {found.unknown} more it is not known" in text
    assert "To accept it, a worker must be in CA or US have NumberHITsApproved of 1001 or more" in text
    assert "1 Worker_NumberHITsApproved GreaterThan 1000" in text
    assert "To reach 30" in text
    assert "Places that would bring most" in text
    assert "QE4" in text
    assert (
        "To accept the task, a worker had to be in CA or US, have a number of approved HITs of 1001 or more, have an "
        "approval rate (in percent) of 98 or more and not hold 3DONE. Of a pool of 200 workers"
    ) in text


def test_nobody_is_named() -> None:
    """A report may be sent on: no worker's id is in it."""
    assert "ASECRET" not in page_of(PLACES, RATE)


def test_it_needs_nothing_beside_it() -> None:
    """No script, no link, no picture from elsewhere; and its own policy forbids them."""
    page = page_of(PLACES, NUMBER, RATE, DONE)

    assert re.findall(r"<script|<a |https?:|src=|@import|url\(", page) == []
    assert "default-src 'none'" in page


@pytest.mark.parametrize("title", ["<script>alert(1)</script>", '" onload="alert(1)', "A & B's"])
def test_what_others_wrote_is_text(title: str) -> None:
    """A title of a HIT is shown, and never is markup."""
    page = page_of(RATE, title=title)

    assert html.unescape(page).count(title) == 2  # of the window and of the page
    assert re.findall(r'<script|" onload="|B\'s', page) == []


@pytest.mark.parametrize(
    ("requirements", "pool", "said"),
    [
        ([], POOL, "200 of 200 workers (100.0%) may accept it. permitted 200 100.0%"),
        ([], [], "0 of 0 workers (0%) may accept it"),
        ([RATE], [qe.worker("A1")], "0 of 1 workers (0.0%) may accept it, and of 1 more it is not known"),
        ([RATE, RATE], POOL, "Each requirement by itself"),
        (
            [qe.QualificationRequirement(qe.PERCENT_APPROVED, qe.Comparator.GREATER_THAN, (100,))],
            POOL,
            "The requirements of the task left nobody who could accept it.",
        ),
    ],
)
def test_edges(requirements: list[qe.QualificationRequirement], pool: Any, said: str) -> None:
    """A HIT that asks nothing, a pool of nobody, nothing known, twins, and a HIT that nobody can take."""
    assert said in text_of(page_of(*requirements, pool=pool))


def test_advice_and_difference() -> None:
    """What reaches the target is said, that nothing does too, and what a change has brought."""
    policy = qe.compile_requirements([RATE])
    before = qe.bulk.audience(POOL, policy)
    relaxed = qe.compile_requirements([qe.QualificationRequirement(qe.PERCENT_APPROVED, RATE.comparator, (95,))])
    after = qe.bulk.audience(POOL, relaxed)
    text = text_of(qe.web.audience_report(after, relaxed, before=before, target=190))

    assert f"+{after.permitted - before.permitted} by the change" in text
    assert "Requirement 0: Worker_PercentAssignmentsApproved GreaterThanOrEqualTo 90, not 95. That reaches 200" in text
    assert "No single change is enough." in text_of(page_of(RATE, target=1000))


# --- charts


@given(
    st.lists(st.integers(-50, 100_000), min_size=0, max_size=30, unique=True).map(sorted),
    st.integers(-50, 100_000),
    st.data(),
)
def test_a_chart_stays_in_its_frame(starts: list[int], value: int, data: st.DataObject) -> None:
    """Every point of line and area is in the frame, and so is the mark of the HIT's own value."""
    certain = data.draw(st.lists(st.integers(0, 50), min_size=len(starts) + 1, max_size=len(starts) + 1))
    possible = tuple(each + data.draw(st.integers(0, 5)) for each in certain)
    drawn = chart(Curve(0, value, tuple(starts), tuple(certain), possible))

    for path in (drawn.line, drawn.area):
        points = [tuple(map(float, each.split(","))) for each in re.findall(r"-?[\d.e+]+,-?[\d.e+]+", path)]
        assert points
        assert all(drawn.left <= across <= drawn.right and drawn.top <= up <= drawn.bottom for across, up in points)
    assert drawn.left <= drawn.value_at <= drawn.right
    assert all(drawn.left <= tick.at <= drawn.right for tick in drawn.across)


def test_a_step_is_drawn_where_it_is() -> None:
    """Up to the start of a piece the line is as high as before, and from there on as high as the piece."""
    drawn = chart(Curve(0, 50, (40, 60), (10, 5, 0), (10, 10, 0)))

    heights = {float(up) for _, up in re.findall(r"([\d.]+),([\d.]+)", drawn.line)}
    assert heights == {drawn.top, (drawn.top + drawn.bottom) / 2, drawn.bottom}
    assert drawn.reached_at == (drawn.top + drawn.bottom) / 2
    assert len({across for across, _ in re.findall(r"([\d.]+),([\d.]+)", drawn.line)}) == 4


@given(st.integers(-1000, 10**9), st.integers(0, 10**9), st.integers(2, 8))
def test_ticks_are_round_and_few(low: int, span: int, most: int) -> None:
    """At even distances, within the ends, and not many more than wished for."""
    found = ticks(low, low + span, most)

    assert all(low <= each <= low + span for each in found)
    assert len(found) <= most + 1
    assert len({after - before for before, after in pairwise(found)}) <= 1


# --- in a browser


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1100, 375])
def test_a_real_browser_shows_it_and_asks_for_nothing(tmp_path: Path, width: int, scheme: str) -> None:
    """On a desk and on a telephone, by day and by night: no request, no complaint, nothing beyond the edge."""
    path = tmp_path / "report.html"
    path.write_text(page_of(PLACES, NUMBER, RATE, DONE, target=50, title="Mark " * 30), encoding="utf-8")

    with opened(path, width=width, scheme=scheme) as found:
        assert found.page.locator("figure svg path.steps").count() == 2
        assert found.page.locator("h2").first.is_visible()
        assert found.overflow <= 0
        assert (found.requests, found.complaints) == ([path.as_uri()], [])


@pytest.mark.slow
def test_it_prints(tmp_path: Path) -> None:
    """On white paper, also where the screen is dark, and with the bars."""
    path = tmp_path / "report.html"
    path.write_text(page_of(PLACES, NUMBER, RATE, DONE), encoding="utf-8")

    with opened(path, scheme="dark") as found:
        found.page.emulate_media(media="print")
        assert found.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert found.page.evaluate("getComputedStyle(document.querySelector('.bar .sure')).fill") == "rgb(31, 111, 92)"
        assert found.page.pdf(format="A4").startswith(b"%PDF")


def test_without_its_package_the_error_names_the_mend() -> None:
    """The page needs jinja2, which an extra brings; nothing else of qualeval does."""
    program = "import sys; sys.modules['jinja2'] = None\nimport qualeval as qe\n"
    program += "try:\n    qe.web.audience_report\nexcept qe.MissingPackage as error:\n    print(error)"
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    assert printed == "qualeval.web needs jinja2; pip install 'qualeval[web]'\n"
