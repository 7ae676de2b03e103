#!/usr/bin/env python3
"""The official Python client against the gateway: upstash_client.py URL TOKEN. Prints `fine`, or raises."""
import sys

from upstash_redis import Redis
from upstash_redis.errors import UpstashError


def refused(call):
    try:
        call()
    except UpstashError as error:
        return str(error)
    raise AssertionError("it was not refused")


def tour(redis):
    assert redis.set("py:text", "schöne Grüße 👋\x00\u2028") is True
    assert redis.get("py:text") == "schöne Grüße 👋\x00\u2028"
    assert redis.set("py:ok", "OK") is True and redis.get("py:ok") == "OK"
    assert redis.get("py:none") is None
    assert redis.type("py:text") == "string"
    assert redis.incrby("py:number", 5) == 5 and redis.ttl("py:number") == -1
    assert redis.hset("py:hash", values={"a": "1", "b": {"c": [1, None]}}) == 2
    assert redis.hgetall("py:hash") == {"a": "1", "b": '{"c": [1, null]}'}
    assert redis.rpush("py:list", "a", "b", "c") == 3 and redis.lrange("py:list", 0, -1) == ["a", "b", "c"]
    assert redis.mget("py:ok", "py:none") == ["OK", None]
    assert redis.zadd("py:scores", {"a": 1.5}) == 1 and redis.zscore("py:scores", "a") == 1.5
    assert redis.eval("return {KEYS[1], ARGV[1], {1, 2}}", keys=["k"], args=["v"]) == ["k", "v", [1, 2]]
    assert "WRONGTYPE" in refused(lambda: redis.hget("py:text", "a"))
    assert "unknown command" in refused(lambda: redis.execute(["NOSUCH"]))

    found, cursor = set(), 0
    while True:
        cursor, keys = redis.scan(cursor, match="py:*", count=2)
        found.update(keys)
        if int(cursor) == 0:
            break
    assert {"py:text", "py:hash", "py:list"} <= found

    pipeline = redis.pipeline()
    pipeline.set("py:piped", "1")
    pipeline.incr("py:piped")
    pipeline.get("py:piped")
    assert pipeline.exec() == [True, 2, "2"]

    transaction = redis.multi()
    transaction.incr("py:piped")
    transaction.mget("py:piped", "py:none")
    assert transaction.exec() == [3, ["3", None]]

    pipeline = redis.pipeline()
    pipeline.set("py:kept", "1")
    pipeline.hget("py:text", "a")
    assert "WRONGTYPE" in refused(pipeline.exec)
    assert redis.get("py:kept") == "1"
    redis.delete(*found, "py:kept", "py:piped")


url, token = sys.argv[1:]
for encoding in ("base64", None):
    tour(Redis(url, token, rest_encoding=encoding, rest_retries=0, allow_telemetry=False))
assert "Unauthorized" in refused(lambda: Redis(url, "wrong", rest_retries=0).get("py:text"))
print("fine")
