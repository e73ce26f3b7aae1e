"""Where templates and samples of reports are found: in the wheel, or in a checkout beside `engine/`."""

from pathlib import Path

_ENGINE = Path(__file__).resolve().parents[1]
_PLACES = (_ENGINE / "_shared" / "reports", _ENGINE.parent / "reports")


def report_file(name: str) -> str:
    """The text of `reports/NAME` (`statement/statement.html.j2`). FileNotFoundError if there is none."""
    for place in _PLACES:
        if (path := place / name).is_file():
            return path.read_text(encoding="utf-8")
    raise FileNotFoundError(f"reports/{name}")
