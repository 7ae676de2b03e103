"""What the service costs while it does nothing: memory and the time it takes to start."""

import socket
import time
from statistics import median

from .machine import pss_megabytes
from .process import BenchError
from .targets import CROWD


def footprint(site, starts=5):
    """Starts the service several times, the last time for good; `start` in seconds, the rest in MB of PSS."""
    seconds = []
    for _ in range(starts):
        site.service.stop()
        seconds.append(site.service.start())
    time.sleep(2)  # Whatever the start left behind is done; nothing is called meanwhile.
    idle = pss_megabytes(site.service.pid)
    connections = _crowd(site)
    crowded = pss_megabytes(site.service.pid)
    for connection in connections:
        connection.close()
    return {"start": median(seconds), "idle": idle, "crowded": crowded}


def _crowd(site):
    """Opens the connections and makes a request on each, so that they are more than accepted sockets."""
    token = next(iter(site.tokens.values()))
    request = (f"GET /api/presence HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n").encode()
    connections = []
    for _ in range(CROWD):
        connection = socket.create_connection(("127.0.0.1", site.service.port), timeout=10)
        connection.sendall(request)
        connections.append(connection)
    for connection in connections:
        if b" 200 " not in connection.recv(65536)[:20]:
            raise BenchError("an open connection was not answered")
    return connections
