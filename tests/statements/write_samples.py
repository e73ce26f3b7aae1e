"""Writes `reports/statement/sample.*` anew: `python -m tests.statements.write_samples`; read the difference."""

from pathlib import Path

from tests.statements.test_files import SAMPLES
from tests.statements.worked import worked

if __name__ == "__main__":
    for name, render in SAMPLES.items():
        path = Path(__file__).parents[2] / "reports" / "statement" / name
        path.write_text(render(worked(4)), encoding="utf-8")
