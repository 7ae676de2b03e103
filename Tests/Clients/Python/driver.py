"""Drives airc.Client for the tests: one JSON command per line in, one JSON answer per line out.

    driver.py REGISTRY
    {"new": ["name", {"sign_requests": true}]}   makes a client; the one before is forgotten
    {"call": ["send", ["grace", "hello"]]}        calls a method and answers {"result": …} or {"error": "…"}

The client itself is what `pip install airc-protocol` gives, unchanged.
"""

import json
import sys

from airc import Client


def main(registry):
    client = None
    for line in sys.stdin:
        command = json.loads(line)
        try:
            if "new" in command:
                name, options = command["new"]
                client = Client(name, registry=registry, **options)
                result = None
            else:
                method, arguments = command["call"]
                result = getattr(client, method)(*arguments)
            answer = {"result": result}
        except Exception as error:  # The tests look at what a person would see.
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main(sys.argv[1])
