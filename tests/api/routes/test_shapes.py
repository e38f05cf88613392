"""Records of the core within what a route gives: told by their fields, nested ones too, and described once by name."""
from __future__ import annotations

from dataclasses import dataclass

import pytest
from pydantic import TypeAdapter

from api.shapes import Citation, Interval
from ingestion import domain


@dataclass(frozen=True, slots=True)
class Given:
    value: Interval | None
    citations: tuple[Citation, ...] = ()


GIVEN = Given(domain.Interval(3, None), (domain.Citation("论文", domain.Span(4, 6), ref="第八条（二）"),))
JSON = ('{"value":{"low":3,"high":null},"citations":[{"quote":"论文","span":{"start":4,"end":6},"ref":"第八条（二）",'
        '"document":"","page":null}]}')


@pytest.mark.filterwarnings("error")
def test_a_core_record_is_written_by_its_fields() -> None:
    """Checked first, as a route does, or not."""
    known = TypeAdapter(Given)
    assert known.dump_json(GIVEN).decode() == JSON
    assert known.dump_json(known.validate_python(GIVEN)).decode() == JSON
    assert known.dump_json(known.validate_json(JSON)).decode() == JSON


def test_a_core_record_is_described_by_its_name_and_docstring() -> None:
    """In both directions, with the fields that must be there."""
    for mode in ("validation", "serialization"):
        described = TypeAdapter(Given).json_schema(mode=mode)["$defs"]
        assert described.keys() == {"Citation", "Interval", "Span"}
        assert described["Interval"]["description"] == domain.Interval.__doc__
        assert described["Citation"]["required"] == ["quote", "span"]
        assert described["Citation"]["properties"]["span"] == {"$ref": "#/$defs/Span"}
