"""Everything a run needs: a database server, two databases full of messages, a service on each, the yardstick."""

import json
import time
from dataclasses import dataclass
from pathlib import Path

from . import people
from .postgres import Postgres
from .service import Hello, Vibe

# People who read and people to whom the send case writes are apart: a read that has nothing to mark stays one.
READERS = 500
WRITERS = 500
WITH_TOKENS = 250  # Of each, and of the small database's.
PRESENT = 100  # One of them is `vibe`, the account of the house, which always is.
DEEP = 80  # Messages in the threads that are read.


@dataclass(frozen=True)
class Volume:
    """Rings of people as volume.sql describes them: first person, people, messages with the next, with the others."""

    database: str
    people: int
    rings: tuple
    mailbox: int
    readers: range  # Who have tokens and read.
    writers: range  # Who have tokens and write.

    @property
    def messages(self):
        return self.mailbox + sum(size * (deep + 24 * shallow) for _, size, deep, shallow in self.rings)


LARGE = Volume(
    database="large", people=10_000, mailbox=200_000,
    rings=((0, READERS, DEEP, 30), (READERS, WRITERS, DEEP, 30)),
    readers=range(WITH_TOKENS), writers=range(READERS, READERS + WITH_TOKENS))
SMALL = Volume(
    database="small", people=100, mailbox=0, rings=((0, 100, 52, 2),), readers=range(100), writers=range(0))


class Site:
    """One database with the service on it and the tokens of its people."""

    def __init__(self, volume, build, postgres):
        self.volume = volume
        self.postgres = postgres
        self.service = Vibe(build, postgres, volume.database)
        self.tokens = {}

    def fill(self):
        """Migrates, registers the people who need tokens through the service, then loads the volume by SQL."""
        database = self.volume.database
        self.postgres.create_database(database)
        self.service.migrate()
        self.service.start()
        names = [f"person_{i}" for part in (self.volume.readers, self.volume.writers) for i in part]
        if self.volume.mailbox:
            names.append("whale")
        self.tokens = people.register(self.service.port, names)
        self.service.stop()

        sql = Path(__file__).with_name("volume.sql").read_text(encoding="utf-8")
        variables = {"people": self.volume.people, "groups": json.dumps(self.volume.rings),
                     "mailbox": self.volume.mailbox}
        header = "".join(f"\\set {name} '{value}'\n" for name, value in variables.items())
        self.postgres.sql(header + sql, database=database)
        self.postgres.sql("VACUUM ANALYZE", database=database)

    def make_present(self, count=PRESENT - 1):
        names = [f"person_{i}" for i in self.volume.readers][:count]
        people.heartbeat(self.service.port, {name: self.tokens[name] for name in names})

    def count_messages(self):
        return int(self.postgres.sql("SELECT count(*) FROM messages", database=self.volume.database)[0][0])


class World:
    def __init__(self, build, volumes, say):
        self._say = say
        self.postgres = Postgres()
        self.hello = Hello(build, self.postgres.folder)
        self.sites = {volume.database: Site(volume, build, self.postgres) for volume in volumes}

    def open(self):
        self.postgres.start()
        for site in self.sites.values():
            began = time.monotonic()
            site.fill()
            self._say(f"{site.volume.database}: {site.volume.messages:,} messages of {site.volume.people:,} people"
                      f" loaded in {time.monotonic() - began:.0f} s")
        self.postgres.sql("CHECKPOINT", database="postgres")

    def close(self):
        for site in self.sites.values():
            site.service.stop()
        self.hello.stop()
        self.postgres.stop()
