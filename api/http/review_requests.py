"""What routes and pages of the review share: the worklist's filter as a query says it, and files that are sent."""
from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Query, Response

from api.service.records import ReportFile
from api.service.review_records import Filter, Sort


def of_cases(status: Annotated[str, Query(max_length=60, description="One or more, with commas")] = "",
             assignee: Annotated[str, Query(max_length=32, description="me, none or an id")] = "",
             base_type: Annotated[str, Query(max_length=64)] = "", overdue: bool = False, duplicates: bool = False,
             search: Annotated[str, Query(max_length=200, description="In title and applicant")] = "",
             sort: Sort = Sort.RECEIVED,
             intake: Annotated[str, Query(max_length=32, description="A round by its id, or none")] = "",
             paper: Annotated[bool, Query(description="What came on paper alone")] = False) -> Filter:
    """What a query says of cases, whatever was found in them."""
    return Filter(status, assignee, base_type, "", overdue, duplicates, search, sort, intake=intake, paper=paper)


def filter_of(cases: Annotated[Filter, Depends(of_cases)], outcome: Annotated[str, Query(max_length=40)] = "",
              outdated: Annotated[bool, Query(description="Assessed with a version that is not in force")] = False,
              criterion: Annotated[str, Query(max_length=100)] = "",
              result: Annotated[str, Query(max_length=40, description="The outcome of `criterion`")] = "",
              missing: Annotated[int | None, Query(ge=0, le=9, description="Tenth of its bar that lacks")] = None,
              fact: Annotated[str, Query(max_length=100)] = "",
              checked: Annotated[str, Query(max_length=20, description="How `fact` was looked at")] = "",
              to_check: Annotated[bool, Query(description="Two readers leave something to a person")] = False
              ) -> Filter:
    """The worklist's filter as a query says it."""
    return replace(cases, outcome=outcome, outdated=outdated, criterion=criterion, result=result, missing=missing,
                   fact=fact, checked=checked, to_check=to_check)


FilterDep = Annotated[Filter, Depends(filter_of)]


def sent_file(made: ReportFile) -> Response:
    return Response(made.content, media_type=made.media_type, headers={
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(made.name, safe='')}"})
