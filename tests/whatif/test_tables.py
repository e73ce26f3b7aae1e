"""What people see of a what-if on a terminal, by a result that can be worked out by hand."""

from dataclasses import replace
from fractions import Fraction

import pytest

from engine.cli import what_if_tables
from engine.cli.output import Table
from engine.cli.what_if_tables import tables, variants_table
from engine.kernel.money import parse_decimal
from engine.whatif.result import Result, Solved, Swing
from engine.whatif.statistics import statistics_of
from tests.whatif.small_result import in_yen, small_result, variant


def table(result: Result, title: str) -> Table:
    (found,) = [t for t in tables(result) if t.title.startswith(title)]
    return found


def row(found: Table, first: str) -> list[str]:
    (own,) = [r for r in found.rows if r[0] == first]
    return [str(cell) for cell in own[1:]]


def test_what_it_costs() -> None:
    costs = tables(small_result())[0]
    assert costs.names == ["", "average", "5 % below", "half below", "95 % below", "± error"]
    # net 3,000, 2,000, 2,000, 4,000 over four patients; sd 239.36, by the root of four draws 119.68
    assert row(costs, "net per patient") == ["688", "500", "500", "1,000", "120"]
    assert row(costs, "per responder") == ["1,000", "1,000", "1,000", "1,000", "0"]
    assert row(costs, "refunds")[:2] == ["(1,250)", "(2,000)"]
    assert row(costs, "response rate")[0] == "68.8 %"
    assert row(costs, "responders")[:4] == ["2.8", "2", "2", "4"]
    assert row(costs, "patients") == ["4", "4", "4", "4", "0"]


def test_a_metric_that_no_draw_has_is_left_out() -> None:
    small = small_result()
    none = replace(small.base, metrics={**small.base.metrics, "cost_per_responder": statistics_of([])})
    costs = tables(replace(small, variants=(none, *small.variants[1:])))[0]
    assert "per responder" not in [r[0] for r in costs.rows]


def test_refunds_at_once() -> None:
    found = table(small_result(), "Refunds")
    assert [list(r) for r in found.rows] == [["(1,250)", "(2,000)", "(2,000)", "(2,000)"]]


def test_years_with_a_member_a_month() -> None:
    found = table(small_result(), "Budget")
    assert row(found, "2018") == ["4,000", "(500)", "3,500", "4,000", "0.2917"]  # 3,500 / 1,000 / 12
    assert row(found, "2019") == ["0", "(750)", "(750)", "0", "(0.0625)"]
    assert "a member a month" not in table(replace(small_result(), members=None), "Budget").names


def test_a_member_a_month_in_yen() -> None:
    # 350,000 yen over 1,000 members and 12 months
    assert row(table(in_yen(), "Budget"), "2018")[-1] == "29.1667"


def test_bars_stand_on_one_scale() -> None:
    bars = [str(r[-1]) for r in table(small_result(), "What moves").rows]
    assert bars[0] == "█" * what_if_tables._BAR
    # no swing at all: one block, at the highest price
    assert bars[1] == " " * (what_if_tables._BAR - 1) + "█"


def test_a_bar_where_nothing_moves_anything() -> None:
    swing = Swing("terms.price", (("1", Fraction(5)), ("2", Fraction(5))), "1")
    assert table(replace(small_result(), swings=(swing,)), "What moves").rows[0][-1] == "█"


def test_terms_and_values_in_words() -> None:
    found = table(small_result(), "What moves")
    # 75 % of 687.50 is 515.63
    assert found.rows[0][:3] == ("price", "516 at 475,000", "688 at 649,000")


def test_the_grid_has_its_own_variants_alone() -> None:
    found = table(small_result(), "All combinations")
    assert [r[:2] for r in found.rows] == [
        ("475,000", "not met"), ("475,000", "met"), ("649,000", "not met"), ("649,000", "met"),
    ]  # fmt: skip


def test_an_agreement_with_terms_of_the_grid_is_not_of_it() -> None:
    other = variant("other", 50, terms__price="1", outcomes__remission__if_missing="met")
    small = small_result()
    whole = replace(small, variants=(*small.variants, other), compared=(*small.compared, "other"))
    assert len(table(whole, "All combinations").rows) == 4
    assert [r[0] for r in table(whole, "Agreements").rows] == ["kymriah-us-day30", "=cmd()", "other"]


@pytest.mark.parametrize(
    ("more", "remark"), [(0, ""), (1, " (the first 30 of 31: --json and --out have all)")]
)
def test_a_grid_is_cut_at_thirty(more: int, remark: str) -> None:
    own = [variant(str(k), terms__price=str(k)) for k in range(30 + more)]
    small = small_result()
    result = replace(
        small, variants=(small.base, *own), compared=(), swings=(), grid=(("terms.price", ("0", "1")),)
    )
    found = table(result, "All combinations")
    assert (len(found.rows), found.title) == (30, f"All combinations{remark}")


def solved(*tried: tuple[int, int], note: str = "") -> Table:
    pairs = tuple((Fraction(a), Fraction(b)) for a, b in tried)
    asked = Solved("terms.price", "mean(net_price) = 700", Fraction(700), Fraction(1), (), pairs, note)
    return table(replace(small_result(), solved=asked), "price so that")


def test_what_is_solved_for() -> None:
    found = table(small_result(), "refund share so that mean(net_price) = 700")
    assert found.names == ["refund share", "mean(net_price)", ""]
    assert [list(r) for r in found.rows] == [["0.96", "700", ""]]


def test_without_a_solution_the_nearest_is_shown() -> None:
    found = solved((1, 600), (2, 690), (3, 750), note="no value meets the target")
    assert found.title.endswith(": no value meets the target")
    assert [list(r) for r in found.rows] == [["2", "690", "comes nearest"]]
    assert solved(note="undefined").rows == []


@pytest.mark.parametrize(
    ("value", "text"),
    [("649000", "649,000"), ("1234.5", "1,234.5"), ("0.123456", "0.123456"), ("-1000", "-1,000"), ("0", "0"),
     ("999.5", "999.5"), ("100", "100")],
)  # fmt: skip
def test_values(value: str, text: str) -> None:
    assert what_if_tables._value(parse_decimal(value) or Fraction(0)) == text


def width(found: Table) -> int:
    """Of the table where no cell is broken over two lines, and heads between words alone."""
    words = [max(name.split(), key=len, default="") for name in found.names]
    cells = [words, *([str(c) for c in r] for r in found.rows)]
    return sum(max(len(c) for c in column) for column in zip(*cells, strict=True)) + 2 * len(found.names) - 2


def test_all_fit_eighty_columns() -> None:
    # a budget of 8.25 million, 2 million a patient
    millions = replace(small_result(), variants=(variant("base", 300_000), *small_result().variants[1:]))
    assert {found.title: width(found) for found in tables(millions) if width(found) > 80} == {}


def test_csv_has_a_row_a_variant_and_metric() -> None:
    found = variants_table(small_result())
    small = small_result()
    assert len(found.rows) == len(small.variants) * len(small.base.metrics)
    first = dict(zip(found.names, found.rows[0], strict=True))
    assert (first["variant"], first["metric"], first["mean"], first["p95"]) == (
        "base", "net_price", "687.50", "1000.00",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "text"), [("99.94", "99.9"), ("99", "99"), ("100.5", "101"), ("1234", "1,234"), ("0.05", "0.1")]
)
def test_counts(value: str, text: str) -> None:
    assert what_if_tables._count(Fraction(value)) == text
