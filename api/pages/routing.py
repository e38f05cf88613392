"""What the pages' routes share: forms, redirects, and failures said as a page."""
from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from api.pages import failures
from ingestion.errors import GuoheError

SEE_OTHER = 303


class PageRoute(APIRoute):
    """A route whose failures are pages (or, for a script that asks for JSON, the one shape of errors); no part of the
    API that is described.
    """

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **{**options, "include_in_schema": False})

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await inner(request)
            except (GuoheError, RequestValidationError, HTTPException) as error:
                return await failures.response(request, error)

        return handle


async def _form(request: Request) -> FormData:
    return await request.form()


FormDep = Annotated[FormData, Depends(_form)]


def field(form: FormData, name: str) -> str:
    """What was typed into a field, without the white space around it; "" for a file or nothing."""
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""


def see(address: str) -> RedirectResponse:
    """Go on to another page, after something was done."""
    return RedirectResponse(address, SEE_OTHER)


def inside(address: str, otherwise: str = "/") -> str:
    """`address` if it is one of ours, below this host: never a way out to another site."""
    plain = address.startswith("/") and not address.startswith("//") and "\\" not in address
    return address if plain and address.isprintable() else otherwise
