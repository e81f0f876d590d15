"""``python -m micrograd.site.serve FOLDER``: look at a site on this machine, and from nowhere else."""

from __future__ import annotations

import functools
import http.server
import sys
from pathlib import Path


class _Files(http.server.SimpleHTTPRequestHandler):
    # A system's own list of types may lack these, and a browser runs no module without its type.
    extensions_map = {  # noqa: RUF012 -- so it is in the class above
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".mjs": "text/javascript",
        ".js": "text/javascript",
        ".wasm": "application/wasm",
        ".json": "application/json",
        ".ipynb": "application/json",
        ".svg": "image/svg+xml",
        ".whl": "application/octet-stream",
    }

    def log_message(self, *_: object) -> None:
        pass


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        # A browser that was closed in the middle of a file is nobody's fault.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def server(folder: Path, port: int = 0) -> http.server.ThreadingHTTPServer:
    """Return a server of ``folder`` on the loopback address; with port 0, on one that is free."""
    return _Server(("127.0.0.1", port), functools.partial(_Files, directory=str(folder)))


def main(arguments: list[str] | None = None) -> int:
    """Serve the folder that is named until Ctrl-C, on the port that is named after it (default: 8000)."""
    given = sys.argv[1:] if arguments is None else arguments
    folder = Path(given[0] if given else "public")
    if not (folder / "index.html").is_file():
        print(f"{folder} holds no site: make one by `micrograd lab site --output {folder}`", file=sys.stderr)
        return 1
    try:
        serving = server(folder, int(given[1]) if len(given) > 1 else 8000)
    except OSError as error:
        print(f"cannot serve: {error.strerror}; name another port", file=sys.stderr)
        return 1
    print(f"http://127.0.0.1:{serving.server_address[1]}/  (Ctrl-C ends it)", flush=True)
    try:
        serving.serve_forever()
    except KeyboardInterrupt:
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
