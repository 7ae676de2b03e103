"""A mail server for tests, on a free port of loopback.

Writes one line of JSON for its port, then one for each thing that happens. What it does with a mail is asked for by the
recipient: `later-*` is told to come back the first time, `never-*` is refused, `drop-*` is taken to the last byte and
then never answered, `slam-*` finds the door shut before the mail is asked for; everybody else's mail is taken.
"""

import asyncio
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

mode, certificate, key = (sys.argv[1:] + [None, None, None])[:3]
seen = set()


def say(**event):
    print(json.dumps(event), flush=True)


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        first = address not in seen
        seen.add(address)
        say(event="recipient", address=address, tls=session.ssl is not None, user=session.auth_data)
        if address.startswith("later-") and first:
            return "451 come back later"
        if address.startswith("never-"):
            return "550 no such mailbox"
        if address.startswith("slam-"):
            server.transport.abort()
            return "421 closed"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        recipient = envelope.rcpt_tos[0]
        say(event="mail", to=recipient, sender=envelope.mail_from, text=envelope.content.decode())
        if recipient.startswith("drop-"):
            server.transport.abort()
        if recipient.startswith("full-"):
            return "552 mailbox full"
        return "250 taken"


def authenticate(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"vibe", b"smtp password of tests")
    say(event="authentication", good=good)
    return AuthResult(success=good, handled=False, auth_data=data.login.decode() if good else None)


async def main():
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
    loop = asyncio.get_running_loop()

    def factory():
        if mode == "starttls":
            return SMTP(
                Handler(),
                hostname="localhost",
                tls_context=context,
                require_starttls=True,
                authenticator=authenticate,
                auth_required=True,
            )
        return SMTP(Handler(), hostname="localhost")

    implicit = context if mode == "smtps" else None
    server = await loop.create_server(factory, "127.0.0.1", 0, ssl=implicit)
    say(event="port", port=server.sockets[0].getsockname()[1])
    # Ends with the test that started it.
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


asyncio.run(main())
