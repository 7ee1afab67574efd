"""The same terminal in a browser: each page that is opened is a terminal in a process of its own."""

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
    """Talks to the pages that it served itself: another site's page in the same browser gets no terminal."""

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.middlewares.append(_own_pages_only)
        return app

    async def on_startup(self, app: web.Application) -> None:
        print(_("The terminal is at {url}; Ctrl-C ends it.").format(url=self.public_url), flush=True)


@web.middleware
async def _own_pages_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    origin = request.headers.get("Origin")
    if origin is not None and origin.partition("://")[2] != request.host:
        raise web.HTTPForbidden(text="not a page of this terminal")
    return await handler(request)
