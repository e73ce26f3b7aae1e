"""The command new: starts a contract's folder."""

import json as json_module
import re
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.finding import CONTRACT_FILE, EXAMPLES_FILE
from engine.cli.output import Output
from engine.kernel.diagnostics import Exit, Refusal, nearest, refuse

_MODELINE = "# yaml-language-server: $schema="


def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make.", show_default=False)],
    output: Output,
    like: Annotated[
        str, typer.Option(metavar="CONTRACT", help="A shipped agreement to start from, or a contract's path.")
    ] = "kymriah-us-day30",
) -> None:
    """Start a folder for a contract. Contract, examples, README and the schema for your editor."""
    from engine.language.examples import read_examples
    from engine.language.reader import read_contract
    from engine.language.schema import contract_schema, examples_schema

    source = _source(like)
    meaning = read_contract(source)
    if (source / EXAMPLES_FILE).exists():
        read_examples(source, meaning)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise refuse(
            "not_empty", f"'{folder}' is there already and not empty", Exit.REFUSED, "name a new folder"
        )
    folder.mkdir(parents=True, exist_ok=True)
    schemas = ((CONTRACT_FILE, contract_schema()), (EXAMPLES_FILE, examples_schema()))
    id_, title = _names_from(folder)
    for name, schema in schemas:
        described = f"{Path(name).stem}.schema.json"
        _write(folder / described, json_module.dumps(schema, indent=1) + "\n")
        if (source / name).is_file():
            text = _text(source / name)
            text = renamed(text, id_, title) if name == CONTRACT_FILE else text
            _write(folder / name, f"{_MODELINE}{described}\n{text}")
    readme = _text(source / "README.md").partition("\n")[2].lstrip("\n")
    _write(folder / "README.md", f"# {title}\n\nStarted from {meaning.id}, whose README follows.\n\n{readme}")
    output.remark(f"made {folder} like {meaning.id}, named {id_}; try: oba test {folder}")


def _names_from(folder: Path) -> tuple[str, str]:
    """The contract's name and title, from the folder's."""
    words = re.findall(r"[A-Za-z0-9]+", folder.resolve().name)
    id_ = re.sub(r"[^A-Za-z0-9._-]+", "-", folder.resolve().name).strip("-._")[:80] or "new-contract"
    title = " ".join(words) or "new contract"
    return id_, title[0].upper() + title[1:]


def renamed(text: str, id_: str, title: str) -> str:
    """A contract file's text with another name and title, the rest as it stands; all of it where they are written
    in a way that cannot be replaced (over several lines)."""
    from engine.language.notes import Notes
    from engine.language.reader import read_contract_text
    from engine.language.yaml_reader import read_tree

    tree = read_tree(text.encode(), Notes(CONTRACT_FILE))
    lines = text.split("\n")
    for key, value in (("contract", id_), ("title", title)):
        entry = tree.entry(key) if tree else None
        if entry:
            word = f'"{value}"' if value.lower() == "null" else value
            lines[entry.key.place.line - 1] = f"{key}: {word}"
    try:
        read = read_contract_text("\n".join(lines))
    except Refusal:
        return text
    return "\n".join(lines) if (read.id, read.title) == (id_, title) else text


def _source(like: str) -> Path:
    """The folder of the contract to start from."""
    from engine.settlement.shipped import shipped_contracts

    path = Path(like)
    if path.name == CONTRACT_FILE and path.is_file():
        return path.parent
    if (path / CONTRACT_FILE).is_file():
        return path
    names = {p.name: p for p in shipped_contracts()}
    if like not in names:
        hint = nearest(like, names) or f"there are: {', '.join(names)}"
        raise refuse("unknown_contract", f"there is no agreement '{like}'", Exit.REFUSED, hint)
    return names[like]


def _text(file: Path) -> str:
    """What a file says, without an editor's line at its top; nothing where there is no file."""
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    return text.partition("\n")[2] if text.startswith(_MODELINE) else text


def _write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8", newline="\n")
