"""A TCP proxy before a PostgreSQL server that loses what a test tells it to lose."""

import contextlib
import socket
import threading
from urllib.parse import urlsplit, urlunsplit

REQUEST = "request"
ANSWER = "answer"


class CuttingProxy:
    """Forwards until `lose` is set: then the next request is cut off before the server sees it, or the next answer
    after the server has acted. `down` also refuses new connections."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        assert parts.hostname is not None
        assert parts.port is not None
        self._server = (parts.hostname, parts.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self.lose = ""
        self.down = False
        self.cuts = 0
        port = self._listener.getsockname()[1]
        self.url = urlunsplit(parts._replace(netloc=parts.netloc.replace(f":{parts.port}", f":{port}")))
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.down:
                client.close()
                continue
            server = socket.create_connection(self._server)
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._pairs.append((client, server))
            for source, target, what in ((client, server, REQUEST), (server, client, ANSWER)):
                threading.Thread(target=self._forward, args=(source, target, what), daemon=True).start()

    def _forward(self, source: socket.socket, target: socket.socket, what: str) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if self.lose == what:
                    self.cut()
                    break
                target.sendall(data)
        _close(source, target)

    def cut(self) -> None:
        """End all connections now."""
        self.lose = ""
        self.cuts += 1
        pairs, self._pairs = self._pairs, []
        for pair in pairs:
            _close(*pair)

    def close(self) -> None:
        self._listener.close()
        self.cut()


def _close(*ends: socket.socket) -> None:
    for end in ends:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
