"""What is measured: each case with its requests, and the answer that it must get before it may count."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass

from .http import Connection
from .pgbench import PGBench, record, script
from .process import BenchError
from .world import PRESENT, READERS, WRITERS
from .wrk import Request, Wrk

SEED = 1
REQUESTS = 2_000  # Prepared per case; wrk draws from them at random.
PAGE = 50
TEXT = "the quick brown fox jumps over the lazy dog, and " * 4 + "yes."  # 200 bytes.
PEER = 1  # The next person: the thread that is read has only read messages.


@dataclass
class Case:
    name: str
    title: str
    driver: object  # Has run(seconds) -> Sample and close().
    server: object = None  # Whose CPU counts; `None` for drivers that speak to the database themselves.
    check: Callable[[], None] = lambda: None
    counts_database: bool = True
    is_main: bool = True  # Main cases run for the whole time, the others for 0.6 of it.
    after: Callable[[int], None] = lambda requests: None  # Told how many requests were answered.


def expect(condition, what):
    if not condition:
        raise BenchError(what)


def ask(server, request):
    """The decoded answer of a request, which must be a 200."""
    body = json.loads(request.body) if request.body else None
    with Connection(server.port) as connection:
        status, answer = connection.send(request.method, request.path, token=request.token, body=body)
    expect(status == 200, f"{request.path} answers {status}: {str(answer)[:200]}")
    return answer


class HTTPCases:
    """The cases that go through the service on one database."""

    def __init__(self, site, prefix=""):
        self._site = site
        self._prefix = prefix
        self._random = random.Random(SEED)
        self._ring = site.volume.rings[0][1]

    def _case(self, name, title, requests, verify, **more):
        """A case whose first answers must satisfy `verify`, which raises if they do not."""
        server = self._site.service

        def check():
            for request in requests[:5]:
                verify(ask(server, request))

        return Case(self._prefix + name, title, Wrk(server.port, requests), server, check, **more)

    def _reads(self, path):
        """Requests by random readers; `{me}` and `{peer}` are filled in."""
        def one():
            i = self._random.choice(self._site.volume.readers)
            me, peer = f"person_{i}", f"person_{(i + PEER) % self._ring}"
            return Request("GET", path.format(me=me, peer=peer), self._site.tokens[me])

        return [one() for _ in range(REQUESTS)]

    def thread(self, **more):
        return self._case(
            "thread", f"thread, {PAGE} messages",
            self._reads(f"/api/messages/thread?me={{me}}&them={{peer}}&limit={PAGE}"),
            self._is_thread("messages"), **more)

    def thread_superset(self, **more):
        return self._case(
            "thread-superset", "thread ?user=&with=",
            self._reads(f"/api/messages?user={{me}}&with={{peer}}&limit={PAGE}"),
            self._is_thread("messages", "thread"), **more)

    def inbox(self, **more):
        return self._case(
            "inbox", f"inbox, {PAGE} threads", self._reads("/api/messages/inbox?handle={me}"), self._is_inbox(), **more)

    def inbox_superset(self, **more):
        return self._case(
            "inbox-superset", "inbox ?user=", self._reads("/api/messages?user={me}"), self._is_superset, **more)

    def unread(self, **more):
        return self._case(
            "unread", "unread only", self._reads("/api/messages?user={me}&unreadOnly=true"), self._has_unread, **more)

    def presence(self, **more):
        return self._case(
            "presence", f"presence, {PRESENT} people", self._reads("/api/presence"), self._is_presence, **more)

    def message(self, **more):
        rows = self._site.postgres.sql(
            "SELECT id, to_user FROM messages WHERE to_user = ANY(ARRAY(SELECT 'person_' || i FROM"
            f" generate_series(0, {len(self._site.volume.readers) - 1}) AS i)) ORDER BY md5(id) LIMIT {REQUESTS}",
            database=self._site.volume.database)
        requests = [Request("GET", f"/api/messages/{key}", self._site.tokens[owner]) for key, owner in rows]
        return self._case("message", "one message by id", requests, self._is_message, **more)

    def send(self, **more):
        """Durable: after a run, every answered message must be a row."""
        stored = 0

        def check():
            nonlocal stored
            for request in requests[:5]:
                answer = ask(self._site.service, request)
                expect(answer.get("success") is True, f"sending answers {str(answer)[:200]}")
            stored = self._site.count_messages()

        def after(sent):
            nonlocal stored
            before, stored = stored, self._site.count_messages()
            expect(stored - before >= sent, f"{sent} messages were answered, {stored - before} are stored")

        requests = [self.send_request() for _ in range(REQUESTS)]
        server = self._site.service
        return Case("send", "send, durable", Wrk(server.port, requests), server, check, after=after, **more)

    def send_request(self):
        i = self._random.choice(self._site.volume.writers)
        me = f"person_{i}"
        peer = f"person_{READERS + (i - READERS + self._random.randint(1, 25)) % WRITERS}"
        return Request("POST", "/api/messages", self._site.tokens[me], json.dumps({"to": peer, "text": TEXT}))

    def whale(self):
        """The same reads for the one large mailbox."""
        token = self._site.tokens["whale"]
        reads = {
            "thread": (f"/api/messages/thread?me=whale&them=krill_49&limit={PAGE}", self._is_thread("messages")),
            "inbox": ("/api/messages/inbox?handle=whale", self._is_inbox()),
            "inbox-superset": ("/api/messages?user=whale", self._is_superset),
            "unread": ("/api/messages?user=whale&unreadOnly=true", self._has_unread),
        }
        return [
            self._case(f"mailbox-{name}", f"{name} of the mailbox of {self._site.volume.mailbox:,}",
                       [Request("GET", path, token)], verify, is_main=False)
            for name, (path, verify) in reads.items()
        ]

    # -- What the answers must hold

    def _is_thread(self, *members):
        def verify(answer):
            for member in members:
                found = answer.get(member) or []
                expect(len(found) == PAGE, f"{member} holds {len(found)} messages instead of {PAGE}")
                expect(all(len(row["body"]) == len(TEXT) for row in found), f"{member} lacks the texts")
                expect(all(row["read"] for row in found), f"{member} holds unread messages")

        return verify

    def _is_inbox(self):
        def verify(answer):
            found = answer.get("threads") or []
            expect(len(found) == PAGE, f"threads holds {len(found)} rows instead of {PAGE}")
            unread = sum(row["unread"] > 0 for row in found)
            expect(unread == 5, f"{unread} threads are unread instead of 5")

        return verify

    def _is_superset(self, answer):
        self._is_inbox()(answer)
        expect(answer.get("unread") == 5, f"unread is {answer.get('unread')} instead of 5")
        found = len(answer.get("inbox") or [])
        expect(found >= PAGE, f"inbox holds {found} messages")

    def _has_unread(self, answer):
        expect(answer.get("unread") == 5, f"unread is {answer.get('unread')} instead of 5")
        found = len(answer.get("inbox") or [])
        expect(found == 5, f"inbox holds {found} messages instead of 5")

    def _is_presence(self, answer):
        found = len(answer.get("active") or []) + len(answer.get("away") or [])
        expect(found == PRESENT, f"{found} people are present instead of {PRESENT}")

    def _is_message(self, answer):
        expect(answer["message"]["text"] and len(answer["message"]["body"]) == len(TEXT), "the message lacks its text")


# -- The same SQL with pgbench

def pgbench_thread(site):
    """What the service asks Postgres for one thread, for random readers."""
    me, peer = "person_7", "person_8"
    request = Request("GET", f"/api/messages/thread?me={me}&them={peer}&limit={PAGE}", site.tokens[me])
    statements = record(site.postgres, site.volume.database, me, lambda: ask(site.service, request))
    text = script(
        site.postgres, site.volume.database, statements,
        variables=[f"\\set me random(0, {len(site.volume.readers) - 1})", f"\\set peer (:me + {PEER}) % {READERS}"],
        replacements={me: "('person_' || :me)", peer: "('person_' || :peer)"})
    return Case("pgbench-thread", _title("thread", statements), PGBench(site.postgres, site.volume.database, text))


def pgbench_send(site):
    """What the service asks Postgres to send one message, for random writers."""
    me, peer = f"person_{READERS + 7}", f"person_{READERS + 8}"
    request = Request("POST", "/api/messages", site.tokens[me], json.dumps({"to": peer, "text": TEXT}))
    identifier = ""

    def action():
        nonlocal identifier
        identifier = ask(site.service, request)["message"]["id"]

    statements = record(site.postgres, site.volume.database, me, action)
    text = script(
        site.postgres, site.volume.database, statements,
        variables=[
            f"\\set me random({READERS}, {READERS + WRITERS - 1})",
            "\\set distance random(1, 25)",
            f"\\set peer {READERS} + (:me - {READERS} + :distance) % {WRITERS}",
            "\\set unique random(1, 9000000000000000000)",
        ],
        replacements={
            me: "('person_' || :me)", peer: "('person_' || :peer)", identifier: "('pgbench_' || :unique)"})
    return Case("pgbench-send", _title("send", statements), PGBench(site.postgres, site.volume.database, text))


def _title(name, statements):
    return f"pgbench, the same SQL ({name}, {len(statements)} statement{'s' * (len(statements) > 1)})"
