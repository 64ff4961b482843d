"""Taobao's item pages on this machine, from the folder `pages`, and servers that behave badly.

Says its port in a JSON line, and one for each request it was asked: {"path", "query", "host", "agent", "cookie"}.
/item.htm?id=NAME gives the page NAME.KIND.html, where KIND says the header: utf8 and gbk a charset, bare none, json
that of JSON. An id of digits gives `desktop_2022`; one that begins with 8800 not before it is asked for once more.
Short links lead to one item, /h.none to an id that no item has. With `do` in the query it does something else:
  redirect (to=URL)                 sends elsewhere
  loop                              sends to itself
  chain (left=N)                    sends on N times, then gives `desktop_2022`
  status (status=N, after=TEXT)     answers with this status, and Retry-After
  stall | drip                      takes the request and says nothing | a byte every half second
  hang up                           in the middle of the body
  big (bytes=N)                     a page of this length, its title at the beginning
  bomb                              as big, with 1 GiB in it and packed by gzip
  link | shell                      a short link's page that leads on by a script | that leads nowhere
"""

import gzip
import io
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

PAGES = Path(__file__).parent / "pages"
KINDS = {
    "utf8": "text/html;charset=utf-8",
    "gbk": "text/html; charset=GBK",
    "bare": "text/html",
    "json": "application/json;charset=UTF-8",
}
HEAD = "<!doctype html><meta charset=utf-8><title>行军床-淘宝网</title>".encode()
LINK = """<html><script>var url = 'https:\\/\\/item.taobao.com\\/item.htm?ut_sk=1.x&id=520813250866&sourceType=item';
location.href = url;</script></html>"""


def bomb():
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as writer:
        writer.write(HEAD)
        for _ in range(1024):
            writer.write(b" " * 1024 * 1024)
    return packed.getvalue()


class Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        line = {
            "path": url.path,
            "query": query,
            "host": self.headers["Host"],
            "agent": self.headers["User-Agent"],
            "cookie": self.headers["Cookie"],
        }
        with self.server.lock:
            print(json.dumps(line), flush=True)
        act = getattr(self, "do_" + query.get("do", "short" if url.path.startswith("/h.") else "page").replace(" ", "_"))
        try:
            act(query)
        except OSError:
            # Nobody has to read it to its end.
            self.close_connection = True

    def answer(self, status, body, **headers):
        self.send_response(status)
        headers.setdefault("Content_Type", "text/html;charset=utf-8")
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", "cookie2=abc; Path=/")
        self.end_headers()
        self.wfile.write(body)

    def do_page(self, query):
        name = query.get("id", "")
        if name.startswith("8800"):
            self.wait_for_another(name)
        name = "desktop_2022" if name.isdigit() else name
        for kind, content_type in KINDS.items():
            path = PAGES / f"{name}.{kind}.html"
            if path.parent == PAGES and path.is_file():
                self.answer(200, path.read_bytes(), Content_Type=content_type)
                return
        self.answer(404, b"")

    def wait_for_another(self, name):
        with self.server.lock:
            is_first = name not in self.server.asked_again
            asked_again = self.server.asked_again.setdefault(name, threading.Event())
        if is_first:
            asked_again.wait(60)
        else:
            asked_again.set()

    def do_short(self, _):
        item = "1" * 30 if self.path.startswith("/h.none") else "520813250866"
        self.do_redirect({"to": f"https://item.taobao.com/item.htm?id={item}"})

    def do_redirect(self, query):
        # Raw UTF-8, as Taobao's own servers send it.
        self.answer(302, b"", Location=query["to"].encode().decode("latin-1"))

    def do_loop(self, _):
        self.answer(302, b"", Location=self.path)

    def do_chain(self, query):
        left = int(query["left"])
        if left == 0:
            self.do_page({"id": "1"})
        else:
            self.answer(301, b"", Location=f"/item.htm?id=1&do=chain&left={left - 1}")

    def do_status(self, query):
        after = {"Retry_After": query["after"]} if "after" in query else {}
        self.answer(int(query["status"]), "<title>行军床</title>".encode(), **after)

    def do_stall(self, _):
        # Until the other side loses patience.
        self.connection.recv(1)
        self.close_connection = True

    def do_drip(self, _):
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        while True:
            self.wfile.write(b" ")
            threading.Event().wait(0.5)

    def do_hang_up(self, _):
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        self.wfile.write(HEAD)
        self.close_connection = True

    def do_big(self, query):
        self.answer(200, HEAD + b"<p>x</p>" * (int(query["bytes"]) // 8))

    def do_bomb(self, _):
        self.answer(200, self.server.bomb, Content_Encoding="gzip")

    def do_link(self, _):
        self.answer(200, LINK.encode())

    def do_shell(self, _):
        self.answer(200, b"<html><script src='//g.alicdn.com/a.js'></script></html>")


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        # A client that hangs up is no fault of the server's.
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def main():
    server = Server(("127.0.0.1", 0), Request)
    server.lock = threading.Lock()
    server.asked_again = {}
    server.bomb = bomb() if "bomb" in sys.argv else b""
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"port": server.server_address[1]}), flush=True)
    # A line is said back once all before it is said. The test is over when it lets go of this process's input.
    for line in sys.stdin:
        with server.lock:
            print(line, end="", flush=True)


main()
