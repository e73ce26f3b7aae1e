"""A what-if as one self-contained page: figures and pictures in it, a script that looks figures up, no network."""

import base64
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from engine.kernel.money import format_fraction
from engine.statements import whatif_words as words
from engine.statements.resources import report_file
from engine.statements.whatif_charts import Picture, svg
from engine.statements.whatif_explorer import explorer
from engine.statements.whatif_json import a_member_a_month, constrained
from engine.statements.whatif_pictures import pictures
from engine.statements.whatif_reporting import items
from engine.whatif.result import Result, VariantResult


def write_page(result: Result, file: Path) -> None:
    """The page of a result; see `reports/what-if/README.md` for what it shows."""
    file.write_text(page(result), encoding="utf-8")


def page(result: Result) -> str:
    """The page as text."""
    script = report_file("what-if/explorer.js")
    shown = {p.name: p for p in pictures(result)}
    explored = explorer(result)
    template = _environment().get_template("page.html.j2")
    return template.render(
        r=result,
        base=result.base,
        m=result.base.metrics,
        currency=result.currency,
        money=lambda minor: words.money(minor, result.currency),
        short=lambda minor: words.short_money(minor, result.currency),
        back=lambda minor: words.short_money(None if minor is None else -minor, result.currency),
        refunds_most=constrained(result.base.metrics["refunds"]),
        label=lambda path: words.path_words(path, result),
        pictures=shown,
        draw=_drawn,
        years=[(p, _a_member(result, p.net.mean)) for p in result.base.by_year],
        compared=_compared(result),
        discount=format_fraction(result.discount * 100),
        explorer=_embedded(explored),
        figures=explored["figures"],
        ends=explored["ends"],
        has_explorer=len(result.variants) > 1,
        items=items(result),
        css=Markup(report_file("what-if/page.css")),
        script=Markup(script),
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )


def _a_member(result: Result, net: Any) -> str | None:
    """A year's budget a member a month, with four decimals."""
    if not result.members or net is None:
        return None
    from engine.statements.whatif_json import decimal

    return decimal(a_member_a_month(net, 12, result.members) / 100, 4)


def _compared(result: Result) -> list[tuple[str, VariantResult]]:
    own = [v for v in result.variants if v.name == "base" or v.name in result.compared]
    return [(v.contract if v.name == "base" else v.name, v) for v in own] if len(own) > 1 else []


def _drawn(picture: Picture) -> Markup:
    """An SVG that fills its place, with its title and what it shows for who cannot see it."""
    text = svg(picture)
    label = Markup('<svg role="img" aria-label="{}" ').format(f"{picture.title}. {picture.words}")
    return Markup(text.replace("<svg ", label, 1))


def _embedded(data: dict[str, Any]) -> Markup:
    """Data within a script element: nothing in it can end the element."""
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(lambda name: report_file(f"what-if/{name}")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"percent": words.percent, "count": words.count, "value": words.value_words}
    return environment
