"""Aliyun's gateway for text messages, on this machine: SendSms and QuerySendDetails of Dysmsapi 2017-05-25.

Checks what the real one checks of every request: that its signature is the one that Alibaba's own client
makes of it, the digest of the body, the clock within 15 minutes, and that no nonce comes twice. Keeps what
was sent. Says its port in a JSON line. GET /asked tells, as a JSON array, of each request since the last GET
what was asked and which code was the answer.

Its one argument is a JSON object, in which everything may be left out:
  secret         of the only access key, `testId`
  send, query    what to do with each SendSms or QuerySendDetails in turn, then nothing unusual:
                   {}                                      nothing unusual
                   {"code": c, "message": m, "status": s}  refuses, with HTTP 200 unless a status is given
                   {"raw": text, "status": s}              answers with this text
                   {"bytes": n}                            answers with a JSON text of this length
                   {"do": "stall" | "hang up"}             takes the message, then never answers, or hangs up
                   {"pause": seconds}                      nothing unusual, but slowly
                   {"redirect": url}                       sends elsewhere
  send_status    what receipts say of a sent message: 1 waiting (else), 2 failed, 3 delivered
  records        receipts of the past, each {"PhoneNum", "SendDate": yyyymmdd, "OutId", "SendStatus"}
  tls            whether to speak TLS, certified by an authority of its own, told in PEM with the port as `authority`
"""

import hashlib
import json
import ssl
import sys
import threading
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import trustme
from alibabacloud_tea_openapi.utils import Utils
from darabonba.request import DaraRequest

ALGORITHM = "ACS3-HMAC-SHA256"
KEY_ID = "testId"
WINDOW = timedelta(minutes=15)
CHINA = timezone(timedelta(hours=8))
SIGNED = {"host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256"}


class Refused(Exception):
    """The gateway's or the business's no: HTTP status, code, message."""


class Gateway:
    def __init__(self, script):
        self.script = script
        self.secret = script.get("secret", "testSecret")
        self.turns = {"SendSms": script.get("send", []), "QuerySendDetails": script.get("query", [])}
        self.records = list(script.get("records", []))
        self.nonces = set()
        self.asked = []
        self.lock = threading.Lock()

    def check(self, method, path, query, headers, body):
        """Refuses what is not signed by the key's owner, now, once."""
        start, _, rest = headers.get("authorization", "").partition(" ")
        parts = dict(part.partition("=")[::2] for part in rest.split(","))
        if start != ALGORITHM or parts.keys() != {"Credential", "SignedHeaders", "Signature"}:
            raise Refused(400, "IncompleteSignature", "")
        if parts["Credential"] != KEY_ID:
            raise Refused(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.")
        names = parts["SignedHeaders"].split(";")
        wanted = SIGNED | {name for name in headers if name.startswith("x-acs-")}
        if not wanted <= set(names) or not set(names) <= headers.keys():
            raise Refused(400, "IncompleteSignature", "")
        digest = hashlib.sha256(body).hexdigest()
        if headers["x-acs-content-sha256"] != digest:
            raise Refused(400, "SignatureDoesNotMatch", "body")
        request = DaraRequest()
        request.method, request.pathname, request.query = method, path, query
        request.headers = {name: headers[name] for name in names}
        expected = Utils.get_authorization(request, ALGORITHM, digest, KEY_ID, self.secret)
        if headers["authorization"] != expected:
            raise Refused(400, "SignatureDoesNotMatch", "Specified signature is not matched.")
        date = datetime.strptime(headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
        if abs(datetime.now(timezone.utc) - date) > WINDOW:
            raise Refused(400, "InvalidTimeStamp.Expired", "Specified time stamp is expired.")
        with self.lock:
            if headers["x-acs-signature-nonce"] in self.nonces:
                raise Refused(400, "SignatureNonceUsed", "Specified signature nonce was used already.")
            self.nonces.add(headers["x-acs-signature-nonce"])
        if headers["x-acs-version"] != "2017-05-25" or headers["x-acs-action"] not in self.turns:
            raise Refused(404, "InvalidAction.NotFound", "")

    def turn(self, action):
        with self.lock:
            turns = self.turns[action]
            return turns.pop(0) if turns else {}

    def send(self, query):
        """Takes a message, if all is in it that must be."""
        if query.keys() != {"PhoneNumbers", "SignName", "TemplateCode", "TemplateParam", "OutId"}:
            raise Refused(400, "MissingParameter", "")
        number = query["PhoneNumbers"]
        if not (number.isascii() and number.isdigit()):
            raise Refused(200, "isv.MOBILE_NUMBER_ILLEGAL", "")
        values = json.loads(query["TemplateParam"])
        if values.keys() != {"code"} or not isinstance(values["code"], str):
            raise Refused(200, "isv.INVALID_JSON_PARAM", "")
        record = {
            "PhoneNum": number,
            "SendDate": datetime.now(CHINA).strftime("%Y%m%d"),
            "OutId": query["OutId"],
            "SendStatus": self.script.get("send_status", 1),
        }
        with self.lock:
            self.records.append(record)
        return {"BizId": "134523^4351232"}

    def receipts(self, query):
        """A page of what was sent to a number on a day."""
        if query.keys() != {"PhoneNumber", "SendDate", "PageSize", "CurrentPage"}:
            raise Refused(400, "MissingParameter", "")
        size, page = int(query["PageSize"]), int(query["CurrentPage"])
        if not 1 <= size <= 50 or page < 1:
            raise Refused(200, "isv.INVALID_PARAMETERS", "")
        with self.lock:
            found = [
                record
                for record in self.records
                if (record["PhoneNum"], record["SendDate"]) == (query["PhoneNumber"], query["SendDate"])
            ]
        shown = [dict(record, Content="【掌柜】" + "码" * 60) for record in found[(page - 1) * size : page * size]]
        return {"TotalCount": str(len(found)), "SmsSendDetailDTOs": {"SmsSendDetailDTO": shown}}


class Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        gateway = self.server.gateway
        url = urlsplit(self.path)
        # Alibaba's client signs a blank as %20 and sends it as +, so the gateway reads a form.
        pairs = parse_qsl(url.query, keep_blank_values=True, strict_parsing=True, errors="strict")
        query = dict(pairs)
        headers = {name.lower(): value for name, value in self.headers.items()}
        line = {"action": headers.get("x-acs-action"), "query": query, "headers": headers, "code": "OK"}
        turn = {}
        try:
            if "content-length" not in headers:
                raise Refused(411, "MissingContentLength", "")
            body = self.rfile.read(int(headers["content-length"]))
            if len(pairs) != len(query) or url.path != "/":
                raise Refused(400, "InvalidParameter", "")
            gateway.check("POST", url.path, query, headers, body)
            turn = gateway.turn(line["action"])
            threading.Event().wait(turn.get("pause", 0))
            if "code" in turn:
                raise Refused(turn.get("status", 200), turn["code"], turn.get("message", ""))
            ask = gateway.send if line["action"] == "SendSms" else gateway.receipts
            status, answer = 200, {"Code": "OK", "Message": "OK", **ask(query)}
        except Refused as refused:
            status, line["code"], message = refused.args
            answer = {"Code": line["code"], "Message": message, "HostId": "dysmsapi.aliyuncs.com"}
        text = json.dumps({"RequestId": "819BE656-D2E0", **answer}, ensure_ascii=False)
        # Before the answer: who has that may ask for this.
        with gateway.lock:
            gateway.asked.append(line)
        self.answer(turn, status, text)

    def do_GET(self):
        gateway = self.server.gateway
        with gateway.lock:
            asked, gateway.asked = gateway.asked, []
        self.answer({}, 200, json.dumps(asked))

    def answer(self, turn, status, text):
        if "do" in turn:
            if turn["do"] == "stall":
                # Until the other side loses patience.
                self.connection.recv(1)
            self.close_connection = True
            return
        if "bytes" in turn:
            text = json.dumps({"Code": "OK", "Message": "x" * turn["bytes"]})
        body = turn.get("raw", text).encode()
        self.send_response(307 if "redirect" in turn else turn.get("status", status))
        if "redirect" in turn:
            self.send_header("Location", turn["redirect"])
        self.send_header("Content-Type", "application/json;charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            # Nobody has to read it to its end.
            self.close_connection = True


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        # A client that hangs up, or does not trust the certificate, is no fault of the gateway's.
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def main():
    script = json.loads(sys.argv[1])
    server = Server(("127.0.0.1", 0), Request)
    server.gateway = Gateway(script)
    ready = {"port": server.server_address[1]}
    if script.get("tls"):
        authority = trustme.CA()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(context)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        ready["authority"] = authority.cert_pem.bytes().decode()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps(ready), flush=True)
    # The test is over when it lets go of this process's input.
    sys.stdin.read()


main()
