"""JSON-RPC 2.0 over HTTP on the loopback interface, one request or batch at a time."""

import json
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any

from pydantic_core import from_json

from tokenpay.devnet.evm import EmbeddedNode
from tokenpay.devnet.methods import RpcError, answer

MAX_BODY_BYTES = 16 * 1024 * 1024
MAX_BATCH = 1_000


class DevnetServer(ThreadingHTTPServer):
    """Serves one node. With `automine`, what a request brought is in a block before the answer leaves."""

    daemon_threads = True

    def __init__(self, node: EmbeddedNode, *, host: str, port: int, automine: bool) -> None:
        self.node = node
        self.automine = automine
        self.lock = Lock()
        super().__init__((host, port), _Handler)

    def respond(self, body: bytes) -> Any:
        """Return the answer, or the list of answers, to one HTTP body."""
        try:
            request = from_json(body)
        except ValueError:
            return _failure(None, RpcError(-32700, "this is not JSON"))
        if isinstance(request, list) and not 0 < len(request) <= MAX_BATCH:
            return _failure(None, RpcError(-32600, f"a batch holds 1 to {MAX_BATCH} requests"))
        with self.lock:
            answers = [self._one(entry) for entry in request] if isinstance(request, list) else self._one(request)
            if self.automine:
                self._mine_waiting()
        return answers

    def _mine_waiting(self) -> None:
        while self.node.pool_size() and self.node.mine(empty=False):
            pass

    def _one(self, request: Any) -> dict[str, Any]:
        if not isinstance(request, dict):
            return _failure(None, RpcError(-32600, "a request is an object"))
        try:
            result = answer(self.node, request.get("method"), request.get("params", []))
        except RpcError as error:
            return _failure(request.get("id"), error)
        except Exception:
            traceback.print_exc()
            return _failure(request.get("id"), RpcError(-32603, "internal error, see devnet.log"))
        return {"jsonrpc": "2.0", "id": request.get("id"), "result": result}


def _failure(request_id: Any, error: RpcError) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": request_id, "error": error.body}


class _Handler(BaseHTTPRequestHandler):
    server: DevnetServer
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet for headers and body, or every answer waits for a delayed acknowledgement
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        size = self.headers.get("Content-Length", "")
        # A page in a browser on this machine has no business here: it cannot hide its origin.
        if "Origin" in self.headers or not size.isdecimal() or int(size) > MAX_BODY_BYTES:
            self.send_error(403 if "Origin" in self.headers else 413)
            return
        body = json.dumps(self.server.respond(self.rfile.read(int(size)))).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet: the log file is for what goes wrong."""
