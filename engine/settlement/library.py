"""The agreements that come with the program, as a reader finds them: what the contract says, and what its README adds.

What the contract itself can say (product, terms, clauses) is taken from its meaning; country, kind, price basis and
how money moves are the four rows of the table at the README's top.
"""

import re
from dataclasses import dataclass, fields
from pathlib import Path

from engine.language import meaning as m
from engine.language.reader import read_contract
from engine.language.wording import clause_words, in_words, outcome_words, silence_words
from engine.settlement.shipped import shipped_contracts

README = "README.md"
FACTS = ("Country", "Kind", "Price basis", "How money moves")
SECTIONS = ("Sources", "Chosen where the public terms are silent", "Illustrative figures", "Not modelled")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A question that the public terms leave open, and how the contract answers it."""

    question: str
    chosen: str
    why: str


@dataclass(frozen=True, slots=True)
class Readme:
    """What a README says, in plain text; empty where it says nothing."""

    heading: str
    facts: dict[str, str]
    sections: dict[str, str]

    def rows(self, section: str) -> tuple[tuple[str, ...], ...]:
        """The rows of a section's table, without its head."""
        return _table(self.sections.get(section, ""))[1:]

    def items(self, section: str) -> tuple[str, ...]:
        """The elements of a section's list; its paragraphs where it has none."""
        return _items(self.sections.get(section, ""))


@dataclass(frozen=True, slots=True)
class Agreement:
    """One contract of the library."""

    folder: Path
    contract: m.Contract
    readme: Readme

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def country(self) -> str:
        return self.readme.facts.get("Country", "")

    @property
    def kinds(self) -> tuple[str, ...]:
        """The main one first."""
        return tuple(k.strip() for k in self.readme.facts.get("Kind", "").split(";") if k.strip())

    @property
    def price_basis(self) -> str:
        return self.readme.facts.get("Price basis", "")

    @property
    def money(self) -> str:
        """How money moves, in a sentence or three."""
        return self.readme.facts.get("How money moves", "")

    @property
    def chosen(self) -> tuple[Chosen, ...]:
        rows = self.readme.rows("Chosen where the public terms are silent")
        return tuple(Chosen(*row[:3]) for row in rows if len(row) >= 3)

    @property
    def terms(self) -> tuple[tuple[str, str], ...]:
        """Each term with its value, or with its values and their days."""
        return tuple((term.name, in_words(term)) for term in self.contract.terms)

    @property
    def outcomes(self) -> tuple[tuple[str, str, str, str], ...]:
        """Paragraph, name, what must be so, and how silence is read, in words."""
        found = self.contract.outcomes
        return tuple((o.clause, o.name, outcome_words(o), silence_words(o)) for o in found)

    @property
    def clauses(self) -> tuple[tuple[str, str, str, str], ...]:
        """Paragraph, name, what it is (payment, refund, limit, …), and what it says, in words."""
        lists = [getattr(self.contract, field.name) for field in fields(self.contract)]
        entries = (part for parts in lists if isinstance(parts, tuple) for part in parts)
        return tuple(clause_words(x) for x in entries if hasattr(x, "id") and hasattr(x, "clause"))


def agreements() -> list[Agreement]:
    """All agreements that come with the program, by name. Raises Refusal where one cannot be read."""
    return [read_agreement(folder) for folder in shipped_contracts()]


def read_agreement(folder: Path) -> Agreement:
    """The agreement in a folder. Raises Refusal."""
    return Agreement(folder, read_contract(folder), read_readme(folder / README))


def read_readme(file: Path) -> Readme:
    """What a README says; nothing where there is no file."""
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    head, *parts = re.split(r"^## ", text, flags=re.MULTILINE)
    rows = _table(head)
    facts = {row[0]: row[1] for row in rows if len(row) == 2 and row[0]}
    sections = {title.strip(): body for title, _, body in (part.partition("\n") for part in parts)}
    heading = re.match(r"# (.+)", head)
    return Readme(heading[1].strip() if heading else "", facts, sections)


def _table(text: str) -> tuple[tuple[str, ...], ...]:
    """The rows of the first table in a piece of Markdown, its head first."""
    lines = [line.strip() for line in text.splitlines()]
    rows = [
        line
        for line in lines
        if line.startswith("|") and not re.fullmatch(r"[|\s:-]+", line.replace("-", ""))
    ]
    return tuple(tuple(_plain(cell) for cell in line.strip("|").split("|")) for line in rows)


def _items(text: str) -> tuple[str, ...]:
    text = "\n".join(line for line in text.splitlines() if not line.startswith("|"))
    parts = re.split(r"^- ", text, flags=re.MULTILINE)[1:] or re.split(r"\n\s*\n", text)
    found = (_plain(re.split(r"\n\s*\n", part)[0]) for part in parts)
    return tuple(item for item in found if item)


def _plain(text: str) -> str:
    """Text without Markdown's emphasis, in one line."""
    return " ".join(re.sub(r"\*\*|(?<!\w)\*|\*(?!\w)", "", text).split())
