"""The composition root of the web application."""
from __future__ import annotations

from fastapi import FastAPI

from api.settings import Settings


def create_app(settings: Settings) -> FastAPI:
    """The application: `app.state.services` holds the services, `app.state.settings` the settings.

    Routes of pages: `api.pages.router` where the package exists; templates in api/web/templates, files in
    api/web/static under /static.
    """
    raise NotImplementedError
