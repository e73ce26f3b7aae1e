"""A what-if as one self-contained page: figures and pictures in it, a script that looks figures up, no network."""

import base64
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from engine.statements import whatif_view as view
from engine.statements import whatif_words as words
from engine.statements.resources import report_file
from engine.statements.whatif_charts import Picture, svg
from engine.statements.whatif_explorer import HEIGHT, WIDTH, explorer
from engine.statements.whatif_pictures import pictures
from engine.statements.whatif_reporting import items
from engine.statements.words import long_date
from engine.whatif.result import Result


def write_page(result: Result, file: Path) -> None:
    """The page of a result; see `reports/what-if/README.md` for what it shows."""
    file.write_text(page(result), encoding="utf-8")


def page(result: Result) -> str:
    """The page as text."""
    script = report_file("what-if/explorer.js")
    explored = explorer(result)
    return _environment().get_template("page.html.j2").render(
        r=result,
        base=result.base,
        m=result.base.metrics,
        view=view,
        pictures={p.name: p for p in pictures(result)},
        draw=_drawn,
        money=lambda minor: words.money(minor, result.currency),
        label=lambda path: words.path_words(path, result),
        setting=lambda path, value: words.setting_words(path, value, result),
        explorer=explored,
        explorer_data=_embedded(explored.data()) if explored else None,
        width=WIDTH,
        height=HEIGHT,
        items=items(result),
        css=Markup(report_file("what-if/page.css")),
        script=Markup(script),
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )  # fmt: skip


def _drawn(picture: Picture, narrow: bool) -> Markup:
    """An SVG that fills its place, with its title and what it shows for who cannot see it."""
    label = Markup('<svg role="img" aria-label="{}" ').format(f"{picture.title}. {picture.words}")
    return Markup(svg(picture, narrow).replace("<svg ", label, 1))


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
    environment.filters |= {"count": words.count, "long_date": long_date, "sentence": words.sentence}
    return environment
