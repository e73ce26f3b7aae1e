"""A saved preview: the file that says what a posting may post, read strictly."""

from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.kernel.diagnostics import Exit, refuse


class SavedPreview(BaseModel):
    """What identifies a preview. Two that are equal would post the same lines onto the same ledger."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    contract: str
    version: str = Field(pattern=r"^sha256:[0-9a-f]{64}$")
    period: str = Field(pattern=r"^[0-9]{4}-[0-9]{2}$")
    known_by: date
    fingerprint: str = Field(pattern=r"^sha256:[0-9a-f]{64}$")

    def write(self, path: Path) -> None:
        path.write_text(self.model_dump_json(indent=1) + "\n", encoding="utf-8")

    @staticmethod
    def read(path: Path) -> "SavedPreview":
        """The preview in a file; refused where it is none."""
        try:
            return SavedPreview.model_validate_json(path.read_bytes())
        except (OSError, ValidationError):
            problem = f"'{path}' is not a saved preview"
            raise refuse("no_plan", problem, Exit.REFUSED, "make one with `oba settle --save`") from None
