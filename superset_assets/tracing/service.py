"""The service itself: ``python -m superset_assets.tracing.service``, started by ``civic up``."""

from __future__ import annotations

import argparse
import hmac
from collections.abc import Callable
from html import escape

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from civic.errors import CivicError
from civic.settings import Settings, load_settings
from ingestion.contracts import load_contracts
from publishing.opening import OpenPublication, open_publication
from superset_assets.keys import trace_key
from superset_assets.tracing.pages import Lang, receipt_page, trace_page

HOST = "127.0.0.1"


def application(settings: Settings) -> Starlette:
    """``/trace/<cell>`` and ``/receipt/<drop>`` of the current publication, and ``/health``."""
    contracts = load_contracts(settings.contract_paths)
    key = trace_key(settings)

    def answer(request: Request, page: Callable[[OpenPublication, Lang], str]) -> Response:
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {key}".encode()):
            return PlainTextResponse("no", status_code=403)
        lang: Lang = "en" if request.query_params.get("lang") == "en" else "zh"
        try:
            with open_publication(settings) as opened:
                return HTMLResponse(page(opened, lang))
        except CivicError as error:
            return HTMLResponse(f"<p>{escape(str(error))}</p>", status_code=404)

    def trace(request: Request) -> Response:
        page = request.query_params.get("page", "1")
        number = int(page) if page.isdigit() and len(page) < 10 else 1
        receipts = request.query_params.get("receipts") == "1"
        cell = request.path_params["cell"]
        return answer(
            request,
            lambda opened, lang: trace_page(opened, contracts, cell, lang, number, receipts),
        )

    def receipt(request: Request) -> Response:
        drop = request.path_params["drop"]
        return answer(request, lambda opened, lang: receipt_page(opened, contracts, drop, lang))

    def health(_request: Request) -> Response:
        return PlainTextResponse("ok")

    return Starlette(
        routes=[
            Route("/trace/{cell}", trace),
            Route("/receipt/{drop}", receipt),
            Route("/health", health),
        ]
    )


def main() -> None:
    """Serve until ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    uvicorn.run(application(load_settings()), host=HOST, port=port, log_level="warning")


if __name__ == "__main__":
    main()
