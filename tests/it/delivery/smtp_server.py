"""An SMTP server (aiosmtpd) on 127.0.0.1 that tells each mail it takes as a line of JSON.

Usage: smtp_server.py TLS BEHAVIOUR, with TLS one of starttls, implicit, none. A private authority, made at the
start, certifies it for `localhost`; the first line of output has the port, the authority as PEM and another
authority that has certified nothing. Encrypted, it wants the user `shop@example.com` and the password below.
"""

import asyncio
import email
import email.policy
import json
import logging
import os
import ssl
import sys
import threading
import traceback
import warnings

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword, TLSSetupException

USER, PASSWORD = b"shop@example.com", "p:a/s s%w@rd 密".encode()


SAYING = threading.Lock()


def say(**line):
    with SAYING:
        print(json.dumps(line), flush=True)


def authenticate(server, session, envelope, mechanism, data):
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER, PASSWORD)
    return AuthResult(success=right, handled=False)


class Handler:
    """What it does with mails, by BEHAVIOUR; `accept` takes them all."""

    def __init__(self, behaviour):
        self.behaviour = behaviour
        self.seen = 0

    async def handle_exception(self, error):
        # A client that does not trust the certificate hangs up; all else is a mistake here.
        if not isinstance(error, TLSSetupException):
            traceback.print_exception(error)
        return "451 a mistake in the test's server"

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self.behaviour in ("refuse-sender", "injecting"):
            return f"553 5.7.1 {address} is not yours"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        self.seen += 1
        if self.behaviour == "refuse" and address.startswith("nobody"):
            say(event="refused")
            return f"550 5.1.1 <{address}>: there is no such mailbox"
        if self.behaviour == "defer-once" and self.seen == 1:
            say(event="deferred")
            return f"451 4.7.1 {address}: come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.behaviour == "refuse-content":
            return "554 the words of a stranger"
        if self.behaviour == "stall-once" and self.seen == 1:
            say(event="stalled")
            await asyncio.sleep(3600)
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        parts = [part for part in message.walk() if not part.is_multipart()]
        say(
            event="mail",
            peer=session.peer[1],
            tls=server.transport.get_extra_info("sslcontext") is not None,
            authenticated=bool(session.authenticated),
            sender=envelope.mail_from,
            options=envelope.mail_options,
            recipients=envelope.rcpt_tos,
            type=message.get_content_type(),
            headers={name.lower(): str(value) for name, value in message.items()},
            header_count=len(message.items()),
            from_name=message["from"].addresses[0].display_name,
            parts=[[part.get_content_type(), part.get_content_charset(), part.get_content()] for part in parts],
            defects=[str(defect) for part in message.walk() for defect in part.defects],
            raw=envelope.content.decode("utf-8", "surrogateescape").encode("utf-8", "replace").decode(),
        )
        return "250 2.0.0 taken"


# What a whole delivery is answered with.
INJECTED = "250-injected\r\n250 AUTH PLAIN\r\n235 ok\r\n250 ok\r\n250 ok\r\n354 go on\r\n250 taken"


class Misbehaving(SMTP):
    """`drop-once` hangs up after the first lines of the first mail. `injecting` does what somebody on the way can:
    it adds answers in the clear that are to be read after the encryption has begun."""

    async def push(self, status):
        if self.event_handler.behaviour == "injecting" and str(status).startswith("220 Ready to start TLS"):
            status = f"{status}\r\n{INJECTED}"
        await super().push(status)

    async def smtp_DATA(self, arg):
        if self.event_handler.behaviour != "drop-once" or self.event_handler.seen > 1:
            return await super().smtp_DATA(arg)
        await self.push("354 go on")
        for _ in range(3):
            await self._reader.readline()
        say(event="dropped")
        self.transport.abort()


async def silent(reader, writer):
    say(event="connected")
    await reader.read()


async def rubbish(reader, writer):
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    await writer.drain()
    await reader.read()


def say_back_and_end_with_parent():
    for line in sys.stdin:
        with SAYING:
            print(line, end="", flush=True)
    os._exit(0)


async def main(tls, behaviour):
    authority, stranger = trustme.CA(), trustme.CA()
    name = "mail.example.com" if behaviour == "other-name" else "localhost"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    handler = Handler(behaviour)

    def connection():
        return Misbehaving(
            handler,
            hostname="localhost",
            enable_SMTPUTF8=behaviour != "latin-only",
            tls_context=context if tls == "starttls" and behaviour != "no-starttls" else None,
            require_starttls=tls == "starttls" and behaviour != "no-starttls",
            authenticator=authenticate,
            auth_required=tls != "none",
            auth_require_tls=tls == "starttls",
            loop=asyncio.get_running_loop(),
        )

    raw = {"silent": silent, "rubbish": rubbish}.get(behaviour)
    if raw:
        server = await asyncio.start_server(raw, "127.0.0.1", 0)
    else:
        encrypted = context if tls == "implicit" else None
        server = await asyncio.get_running_loop().create_server(connection, "127.0.0.1", 0, ssl=encrypted)
    say(
        port=server.sockets[0].getsockname()[1],
        authority=authority.cert_pem.bytes().decode(),
        stranger=stranger.cert_pem.bytes().decode(),
    )
    await server.serve_forever()


if __name__ == "__main__":
    # What it thinks of settings and clients that are meant to be bad.
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    threading.Thread(target=say_back_and_end_with_parent, daemon=True).start()
    asyncio.run(main(*sys.argv[1:]))
