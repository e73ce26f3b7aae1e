"""Where the files that come with the program are: in a checkout beside the package, in a wheel inside it."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def shipped(name: str) -> Path:
    """The folder `contracts` or `reports` that comes with the program."""
    inside = _PACKAGE / "_shared" / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def shipped_contracts() -> list[Path]:
    """Folders of the agreements that come with the program, by name."""
    return sorted(p.parent for p in shipped("contracts").glob("*/contract.yaml"))


def demo_feeds() -> list[Path]:
    """The demonstration's feed files, in the order in which they arrived."""
    files = (_PACKAGE / "demo_data").glob("*.csv")
    return sorted(
        files, key=lambda p: (p.stem.split("-", 1)[1], p.stem.split("-", 1)[0] != "treatments", p.stem)
    )
