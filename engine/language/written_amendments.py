"""Amendments as people write them."""

# ruff: noqa: RUF009 - the defaults declare keys, as dataclasses.field does

import re
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from engine.language import pieces, scalars
from engine.language.forms import Form, key
from engine.language.notes import Unfit
from engine.language.shapes import Leaf, MapOf, Pair, Said

_PATH_PATTERN = rf"terms\.{scalars.WORD_PATTERN}"


def _path(text: str) -> str:
    """The term that `terms.NAME` names."""
    if re.fullmatch(_PATH_PATTERN, text):
        return text.partition(".")[2]
    bare = re.fullmatch(scalars.WORD_PATTERN, text)
    hint = f"write 'terms.{text}'" if bare else "an amendment sets terms: 'terms.refund_share: 75%'"
    raise Unfit("amendment", f"'{scalars.shown(text)}' cannot be set by an amendment", hint, 0, len(text))


_PATH = Leaf("the path of a term, such as terms.price", _path, {"type": "string"})


@dataclass(frozen=True, kw_only=True)
class AmendmentForm(Form):
    called = "an amendment"
    id: Said[str] = key(pieces.AMENDMENT_ID, "its name", "id: A1")
    clause: Said[str] = key(pieces.TEXT, "the paragraph that says so", 'clause: "A1 §2"')
    signed: Said[date] = key(pieces.DATE, "the day from which runs know of it", "signed: 2027-03-15")
    effective: Said[date] = key(pieces.DATE, "the first index date that it governs", "effective: 2027-04-01")
    set_: tuple[Pair[str, Said[Fraction]], ...] = key(
        MapOf(_PATH, pieces.SHARE, "terms with their new values", 1, _PATH_PATTERN),
        "the terms that it changes, each with its new value",
        "set: {terms.refund_share: 75%}",
        name="set",
    )
