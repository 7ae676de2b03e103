"""One request at a time, for set-up and for checking answers. Never for measuring."""

import http.client
import json


class Connection:
    """A keep-alive connection to a server on this machine."""

    def __init__(self, port, timeout=10):
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)

    def send(self, method, path, *, token=None, body=None):
        """Returns status and body, decoded if it is JSON."""
        headers = {}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(body)
        self._connection.request(method, path, body=body, headers=headers)
        answer = self._connection.getresponse()
        data = answer.read()
        try:
            return answer.status, json.loads(data)
        except ValueError:
            return answer.status, data.decode("utf-8", "replace")

    def close(self):
        self._connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
