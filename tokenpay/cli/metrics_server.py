"""Where an engine's health and metrics are read: two pages of HTTP, on this machine unless said otherwise."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv6Address, ip_address
from socket import AF_INET, AF_INET6
from socketserver import TCPServer
from threading import Thread

from tokenpay.cli.metrics import CONTENT_TYPE, Metrics
from tokenpay.errors import InvalidInput

MAX_PORT = 2**16 - 1
_PATIENCE_S = 5.0


def read_place(text: str, *, anywhere: bool) -> tuple[str, int]:
    """Return the address and port in `HOST:PORT`, `[HOST]:PORT` or `PORT`; no host is this machine.

    Raises InvalidInput, also for an address that others reach unless `anywhere`.
    """
    host, _, port = text.rpartition(":")
    host = {"": "127.0.0.1", "localhost": "127.0.0.1"}.get(host, host.removeprefix("[").removesuffix("]"))
    if not (port.isascii() and port.isdigit()) or int(port) > MAX_PORT:
        raise InvalidInput("metrics are served at HOST:PORT, such as 127.0.0.1:9464")
    try:
        address = ip_address(host)
    except ValueError:
        raise InvalidInput("metrics are served at an IP address of this machine, or at localhost") from None
    if not address.is_loopback and not anywhere:
        raise InvalidInput("others would reach the metrics there: say --metrics-anywhere if they may")
    return str(address), int(port)


@contextmanager
def serving(metrics: Metrics, place: tuple[str, int]) -> Iterator[str]:
    """Serve `/healthz` and `/metrics` in a thread of their own; yields the URL, with the port that was bound.

    Raises InvalidInput where nothing can listen there.
    """
    host, _ = place

    class Pages(_Pages):
        told = metrics

    class Server(ThreadingHTTPServer):
        address_family = AF_INET6 if isinstance(ip_address(host), IPv6Address) else AF_INET
        daemon_threads = True

        def server_bind(self) -> None:
            TCPServer.server_bind(self)  # HTTPServer would ask the network for this machine's name

        def handle_error(self, *_asked: object) -> None:
            """Say nothing: who asked is gone, and the engine's log is no place for it."""

    try:
        server = Server(place, Pages)
    except OSError as error:
        raise InvalidInput(f"metrics cannot be served there: {error.strerror}") from None
    port = server.server_address[1]
    with server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        thread.start()
        try:
            yield f"http://{f'[{host}]' if ':' in host else host}:{port}"
        finally:
            server.shutdown()
            thread.join()


class _Pages(BaseHTTPRequestHandler):
    told: Metrics
    timeout = _PATIENCE_S
    server_version = "tokenpay"
    sys_version = ""

    def do_GET(self) -> None:
        if self.path == "/healthz":
            well, line = self.told.health()
            self._answer(200 if well else 503, f"{line}\n")
        elif self.path == "/metrics":
            self._answer(200, self.told.text(), CONTENT_TYPE)
        else:
            self._answer(404, "there is /healthz and /metrics\n")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the engine's output is its own."""

    def _answer(self, status: int, text: str, content_type: str = "text/plain; charset=utf-8") -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
