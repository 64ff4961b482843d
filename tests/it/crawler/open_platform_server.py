"""Taobao's Open Platform on this machine: taobao.tbk.item.info.upgrade.get.

Verifies every signature by its own means, the clock within ten minutes and the parameters. Says its port in a JSON
line, and one for each call: its parameters and the code of the answer. What it answers depends on the item:
  1…             the item, under a newer id       2…  an error of a service behind it
  3…             the ids of old are refused        4…  no such item
  stall | html | endless | limit                   what these words say
"""

import hashlib
import hmac
import json
import sys
import threading
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

KEY, SECRET = "12345678", "helloworld"
CHINA = timezone(timedelta(hours=8))
NEEDED = {"method", "app_key", "timestamp", "v", "sign_method", "format", "sign", "item_id", "biz_scene_id"}


def expected(form):
    text = "".join(name + form[name] for name in sorted(form) if name != "sign").encode()
    if form["sign_method"] == "md5":
        return hashlib.md5(SECRET.encode() + text + SECRET.encode()).hexdigest().upper()
    return hmac.new(SECRET.encode(), text, hashlib.sha256).hexdigest().upper()


def refused(form):
    """The error that the gateway itself answers with, if any."""
    if form.keys() != NEEDED or form["v"] != "2.0" or form["format"] != "json":
        return {"code": 40, "msg": "Missing required arguments"}
    if form["method"] != "taobao.tbk.item.info.upgrade.get":
        return {"code": 22, "msg": "Invalid method"}
    if form["app_key"] != KEY:
        return {"code": 29, "msg": "Invalid app Key"}
    if form["sign_method"] not in ("md5", "hmac-sha256") or form["sign"] != expected(form):
        return {"code": 25, "msg": "Invalid signature"}
    at = datetime.strptime(form["timestamp"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
    if abs(datetime.now(timezone.utc) - at) > timedelta(minutes=10):
        return {"code": 31, "msg": "Invalid timestamp"}
    return None


def item(item_id):
    return {
        "item_id": "qXyZ-" + item_id,
        "input_item_iid": item_id,
        "item_basic_info": {"title": "紫砂壶", "pict_url": "//img.alicdn.com/pot.jpg", "volume": 3},
        "price_promotion_info": {"reserve_price": "99", "zk_final_price": "79.9", "final_promotion_price": "59.9"},
    }


def answer(item_id):
    if item_id == "limit":
        return {"error_response": {"code": 7, "msg": "App Call Limited"}}
    if item_id.startswith("2"):
        return {"error_response": {"code": 15, "msg": "Remote service error", "sub_code": "isp.remote-timeout"}}
    if item_id.startswith("3"):
        return {"error_response": {"code": 15, "msg": "Remote service error", "sub_code": "-4003"}}
    found = [item(item_id)] if item_id.startswith("1") else []
    return {"tbk_item_info_upgrade_get_response": {"results": {"tbk_item_detail": found}, "request_id": "x1"}}


class Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode("utf-8")
        form = dict(parse_qsl(body, keep_blank_values=True, strict_parsing=True))
        error = refused(form)
        given = {"error_response": error} if error else answer(form["item_id"])
        with self.server.lock:
            code = given.get("error_response", {}).get("code", 0)
            print(json.dumps({"form": form, "code": code}), flush=True)
        text = json.dumps(given, ensure_ascii=False)
        if form["item_id"] == "stall":
            self.connection.recv(1)
            self.close_connection = True
            return
        if form["item_id"] == "html":
            text = "<html>Bad Gateway</html>"
        if form["item_id"] == "endless":
            text = '{"a":"' + "x" * 10_000_000
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json;charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            self.close_connection = True


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        # A client that hangs up is no fault of the server's.
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def main():
    server = Server(("127.0.0.1", 0), Request)
    server.lock = threading.Lock()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"port": server.server_address[1]}), flush=True)
    # A line is said back once all before it is said. The test is over when it lets go of this process's input.
    for line in sys.stdin:
        with server.lock:
            print(line, end="", flush=True)


main()
