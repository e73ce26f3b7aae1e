"""The page: escaped, self-contained, complete, and readable by whoever pays."""

import re
import time
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from engine.settlement.statement import Statement
from engine.statements.html import css_text, statement_html
from tests.statements.larger import empty, hostile, many, series
from tests.statements.worked import worked

PAGES: dict[str, Callable[[], Statement]] = {
    "payment": lambda: worked(1),
    "pending": lambda: worked(2, posted=False),
    "refund": lambda: worked(3),
    "prior period": lambda: worked(4),
    "series": series,
    "empty": empty,
    "hostile": hostile,
    "41": lambda: many(41),
}
_VOID = {"meta", "br", "img", "input", "hr", "link", "rect", "line", "circle", "path"}


def text_of(page: str) -> str:
    """What a reader sees: no markup, single blanks."""
    body = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", body))


class _Shape(HTMLParser):
    """Checks that elements nest, and keeps ids, links, attributes and tags."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            assert not name.startswith("on"), (tag, name)
            self.ids += [value or ""] if name == "id" else []
            self.links += [value or ""] if name in ("href", "src", "xlink:href") else []
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            assert self.open.pop() == tag


@pytest.mark.parametrize("name", PAGES)
def test_is_whole_and_self_contained(name: str) -> None:
    page = statement_html(PAGES[name]())
    shape = _Shape()
    shape.feed(page)
    assert shape.open == []
    assert not {"script", "link", "iframe", "img", "object"} & set(shape.tags)
    assert len(shape.ids) == len(set(shape.ids))
    assert all(link.startswith("#") and link[1:] in shape.ids for link in shape.links)
    for outside in ("http:", "https:", "//", "@import", "src="):
        assert outside not in page.replace("&#34;http://example.com&#34;", ""), outside
    assert re.findall(r"url\(([^)]*)\)", page) in ([], ["#hatch"] * page.count("url("))


@pytest.mark.parametrize("name", PAGES)
def test_tables_have_headers(name: str) -> None:
    page = statement_html(PAGES[name]())
    for table in re.findall(r"<table.*?</table>", page, flags=re.DOTALL):
        assert 'scope="col"' in table
    assert page.count("<svg") == page.count("</svg>")


def test_hostile_text_is_escaped() -> None:
    page = statement_html(hostile())
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    style = page[page.index("<style>") : page.index("</style>")]
    assert 'content: "Settlement statement STM\\22 \\7D  \\3C \\2F style\\3E ' in style
    assert page.count("</style>") == 1


def test_css_text_leaves_nothing_to_end_the_string() -> None:
    assert css_text('a"\\</\n') == '"a\\22 \\5C \\3C \\2F \\A "'


@pytest.mark.parametrize(
    ("month", "words"),
    [
        (1, ["Payment due USD 1,947,000.00 by 10 March 2018", "Example Health Plan pays Novartis."]),
        (2, ["No news in this period USD 0.00", "Nothing fell due in this period", "There are none"]),
        (3, ["Refund due USD 1,298,000.00 by 8 May 2018", "Novartis pays Example Health Plan.",
             "minus (1,298,000.00)", "Current lines, 2 lines"]),
        (4, ["Payment due USD 649,000.00 by 7 June 2018", "2018-03-21 for 2018-03", "Posting 6, corrects 5.",
             "refund taken back", "Prior-period adjustments, 1 line"]),
        (5, ["Refund due USD 649,000.00", "entered in error, withdrawn on 2018-05-04"]),
    ],
)  # fmt: skip
def test_what_is_due_comes_first(month: int, words: list[str]) -> None:
    text = text_of(statement_html(worked(month)))
    for each in words:
        assert each in text
    assert text.index(words[0]) < text.index("Balance")


def test_ties_out_in_sight() -> None:
    text = text_of(statement_html(worked(4))).replace("&#39;", "'")
    assert "Ties out: 649,000.00 + 0.00 + 649,000.00 = 1,298,000.00." in text
    assert "1 line adds up to the period's net." in text


def test_draft_until_posted() -> None:
    draft, posted = (statement_html(worked(3, posted=p)) for p in (False, True))
    assert 'class="watermark"' in draft
    assert "Refund would be due" in draft
    assert "DRAFT" not in text_of(posted)
    assert "would be due" not in posted


def test_what_is_open_is_told() -> None:
    text = text_of(statement_html(worked(2)))
    assert "2 outcomes are still pending, worth (1,298,000.00) to 0.00" in text
    assert "a CR or CRi dated 2018-02-19 or before" in text
    assert "P7" in text
    assert "age_at_index &lt;= 25" in text
    assert "undetermined: a value is missing" in text


def test_rows_in_quarantine_have_file_line_and_reason() -> None:
    text = text_of(statement_html(worked(2)))
    assert "outcomes_2018-02.csv 5 effective_date" in text


def test_evidence_of_a_line_leads_to_its_row() -> None:
    page = statement_html(worked(4))
    anchor = re.search(r'<a class="id" href="#(e\d+-\d+)">r23</a>', page)
    assert anchor
    assert f'<tr id="{anchor[1]}"><th scope="row"><span class="id">r23</span>' in page


def test_pictures_are_told_in_words() -> None:
    page = statement_html(worked(3))
    assert "P2: index date 10 January 2018; NR on 9 February 2018; remission not met on 11 March 2018" in page
    assert "Refunds, clause 4.2 no_remission (1,298,000.00); Net paid to date 649,000.00." in page


def test_few_timelines_of_many() -> None:
    assert statement_html(many(40)).count('<div class="row">') == 40
    page = statement_html(many(41))
    assert page.count('<div class="row">') == 40
    assert "1 treatment left out here." in page


def test_ten_thousand_lines() -> None:
    made = many(10_000)
    start = time.perf_counter()
    page = statement_html(made)
    assert time.perf_counter() - start < 3
    assert "The first 500 of 10,000 current lines are shown. The CSV and JSON" in page
    assert page.count('class="line"') == 500
    total = sum(31_500_000 + k for k in range(10_000)) // 100  # cents 0..9999 add 49,995,000 cents
    assert f"{total:,}" in text_of(page)


@pytest.mark.parametrize("name", PAGES)
def test_same_bytes_each_time(name: str) -> None:
    assert statement_html(PAGES[name]()) == statement_html(PAGES[name]())
