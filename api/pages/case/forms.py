"""What a case is made with, as it was typed."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from starlette.datastructures import FormData

from api.pages.routing import field
from ingestion.policies.policy import Policy

LONGEST = 200


@dataclass(frozen=True, slots=True)
class Settings:
    """Texts, so that a form can be shown again exactly as it was filled in."""

    base_type: str
    application_date: str
    applicant: str
    title: str
    paper_number: str | None = None    # None: it did not come on paper

    def suggested(self, types: Sequence[str]) -> Settings:
        return replace(self, base_type=types[0]) if len(types) == 1 else self

    def problems(self, policy: Policy) -> dict[str, str]:
        """What cannot be used, by field: the key of a text under problems."""
        found = {}
        if self.base_type not in {one.id for one in policy.base_types}:
            found["base_type"] = "base_type"
        try:
            date.fromisoformat(self.application_date)
        except ValueError:
            found["application_date"] = "application_date"
        for name in ("applicant", "title"):
            if len(getattr(self, name)) > LONGEST:
                found[name] = "too_long"
        if self.paper_number is not None:
            needed = {"applicant": self.applicant, "paper_number": self.paper_number}
            found |= {name: f"{name}_missing" for name, value in needed.items() if not value.strip()}
        return found


def read(form: FormData, *, paper: bool = False) -> Settings:
    base_type, day, applicant, title = (field(form, name) for name in (
        "base_type", "application_date", "applicant", "title"))
    return Settings(base_type, day, applicant, title, field(form, "paper_number") if paper else None)
