"""The same terminal in a browser: each page that is opened is a terminal in a process of its own."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web
from textual_serve.server import Server

import tokenpay as tp
from terminal_app.language import _

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def serve(program: str, options: Sequence[str], *, host: str, port: int) -> int:
    """Serve until told to stop; `options` are the words of the program behind a page. Raises tp.Unavailable."""
    command = shlex.join([sys.executable, "-P", "-m", "terminal_app", program, *options])
    try:
        _OwnPages(command, host=host, port=port, title="tokenpay").serve()
    except OSError:
        raise tp.Unavailable(_("this address cannot be listened on: {place}").format(place=f"{host}:{port}")) from None
    return 0


class _OwnPages(Server):
    """Talks to the pages that it served itself: another site's page in the same browser gets no terminal.

    Neither does one whose name leads here (DNS rebinding): both ends say the very address that was listened on. No
    page holds the terminal in a frame of its own.
    """

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.middlewares.append(self._own_pages_only)
        return app

    @web.middleware
    async def _own_pages_only(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        here = self.public_url
        if f"{request.scheme}://{request.host}" != here or request.headers.get("Origin", here) != here:
            raise web.HTTPForbidden(text=_("This is not a page of the terminal: open {url}").format(url=here))
        response = await handler(request)
        if not response.prepared:
            response.headers["Content-Security-Policy"] = "frame-ancestors 'none'"
        return response

    async def on_startup(self, app: web.Application) -> None:
        print(_("The terminal is at {url}; Ctrl-C ends it.").format(url=self.public_url), flush=True)
