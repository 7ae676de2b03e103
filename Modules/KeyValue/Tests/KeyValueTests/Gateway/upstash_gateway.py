#!/usr/bin/env python3
"""Upstash's REST interface in front of a Redis server, for tests. Standard library only.

    upstash_gateway.py --redis PORT --password TEXT --token TEXT [--certificate FILE --key FILE] [--faults JSON]

Prints the port it listens on (127.0.0.1) and ends when its standard input does. Serves `POST /` (one command),
`/pipeline` and `/multi-exec` as https://upstash.com/docs/redis/features/restapi describes them; the official Python
client is run against it by a test.

--faults is a list of what goes wrong, one entry per request, the first ones:
    {}                                  nothing
    {"status": 429, "headers": {…}}     answers so, without running the commands
    {"cut": "before" | "after"}         closes the connection before or after running them
    {"delay": seconds}                  runs them, waits, answers
    {"body_delay": seconds}             runs them, sends the head of the answer, waits
    {"body": text}                      runs them, answers with this text
"""
import argparse
import base64
import json
import socket
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class RedisError(Exception):
    pass


class Redis:
    """One connection, one command at a time or pipelined."""

    def __init__(self, port, password):
        self.file = socket.create_connection(("127.0.0.1", port)).makefile("rwb")
        if password:
            self.run([[b"AUTH", password.encode()]])

    def run(self, commands):
        for parts in commands:
            self.file.write(b"*%d\r\n" % len(parts))
            self.file.write(b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts))
        self.file.flush()
        return [self.read() for _ in commands]

    def read(self):
        line = self.file.readline()
        if not line:
            raise ConnectionError("Redis closed the connection")
        kind, rest = line[:1], line[1:-2]
        if kind == b"+":
            return rest
        if kind == b"-":
            return RedisError(rest.decode("utf-8", "replace"))
        if kind == b":":
            return int(rest)
        if kind == b"$":
            return None if rest == b"-1" else self.file.read(int(rest) + 2)[:-2]
        if kind == b"*":
            return None if rest == b"-1" else [self.read() for _ in range(int(rest))]
        raise ConnectionError("Redis answered out of protocol")


def as_bytes(argument):
    """An element of a command: text as it is, anything else as its JSON."""
    if isinstance(argument, str):
        return argument.encode("utf-8", "surrogatepass")
    return json.dumps(argument).encode()


def as_json(value, in_base64):
    """A reply. Every string is encoded, except `OK`."""
    if isinstance(value, bytes):
        if not in_base64:
            return value.decode("utf-8", "replace")
        return "OK" if value == b"OK" else base64.b64encode(value).decode()
    if isinstance(value, list):
        return [as_json(element, in_base64) for element in value]
    if isinstance(value, RedisError):
        return {"error": str(value)}
    return value


def as_result(value, in_base64):
    return {"error": str(value)} if isinstance(value, RedisError) else {"result": as_json(value, in_base64)}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # What is written is sent; otherwise a head without its body would wait for it.
    wbufsize = 0
    disable_nagle_algorithm = True

    def setup(self):
        super().setup()
        self.redis = None

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        self.send_json(405, {"error": "Method Not Allowed"})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("Authorization") != "Bearer " + self.server.options.token:
            return self.send_json(401, {"error": "Unauthorized"})
        fault = self.server.next_fault()
        if "status" in fault:
            return self.send_json(fault["status"], {"error": "refused by the test"}, fault.get("headers", {}))
        if fault.get("cut") == "before":
            return self.cut()
        status, answer = self.answer(body)
        if fault.get("cut") == "after":
            return self.cut()
        time.sleep(fault.get("delay", 0))
        self.send_json(status, answer, {}, fault)

    def answer(self, body):
        try:
            content = json.loads(body)
            commands = [content] if self.path == "/" else content
            assert isinstance(commands, list) and commands
            commands = [[as_bytes(part) for part in command] for command in commands]
            assert all(commands)
        except (ValueError, TypeError, AssertionError):
            return 400, {"error": "ERR failed to parse command"}
        in_base64 = self.headers.get("Upstash-Encoding") == "base64"
        try:
            if self.redis is None:
                self.redis = Redis(self.server.options.redis, self.server.options.password)
            if self.path == "/":
                result = as_result(self.redis.run(commands)[0], in_base64)
                return 400 if "error" in result else 200, result
            if self.path == "/pipeline":
                return 200, [as_result(value, in_base64) for value in self.redis.run(commands)]
            if self.path == "/multi-exec":
                replies = self.redis.run([[b"MULTI"], *commands, [b"EXEC"]])
                refused = next((reply for reply in replies if isinstance(reply, RedisError)), None)
                if refused:
                    return 400, {"error": str(refused)}
                return 200, [as_result(value, in_base64) for value in replies[-1]]
        except (OSError, ConnectionError):
            self.redis = None
            return 502, {"error": "Bad Gateway"}
        return 404, {"error": "Not Found"}

    def send_json(self, status, content, headers={}, fault={}):
        text = fault.get("body", json.dumps(content)).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.send_header("Upstash-Sync-Token", "gateway=1")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        time.sleep(fault.get("body_delay", 0))
        self.wfile.write(text)

    def cut(self):
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


class Gateway(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, options):
        super().__init__(("127.0.0.1", 0), Handler)
        self.options = options
        self.faults = json.loads(options.faults)
        self.lock = threading.Lock()
        if options.certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(options.certificate, options.key)
            # The handshake is left to the connection's own thread.
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def next_fault(self):
        with self.lock:
            return self.faults.pop(0) if self.faults else {}

    def handle_error(self, request, client_address):
        # Clients that go away are part of the tests.
        pass


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--redis", type=int, required=True)
    parser.add_argument("--password", default="")
    parser.add_argument("--token", required=True)
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    parser.add_argument("--faults", default="[]")
    gateway = Gateway(parser.parse_args())
    threading.Thread(target=gateway.serve_forever, daemon=True).start()
    print(gateway.server_address[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
