-- Sends the requests of a file in random order, prepared beforehand so that wrk itself costs little.
-- Each line: method, path, token, body; separated by tabs, the last two may be empty.

local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("seed", threads)
end

local prepared = {}

function init(args)
  math.randomseed(os.time() * 10 + seed)
  for line in io.lines(args[1]) do
    local method, path, token, body = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$")
    local headers = { Host = wrk.headers["Host"] }
    if token ~= "" then headers["Authorization"] = "Bearer " .. token end
    if body == "" then body = nil else headers["Content-Type"] = "application/json" end
    prepared[#prepared + 1] = wrk.format(method, path, headers, body)
  end
end

function request()
  return prepared[math.random(#prepared)]
end

-- Times in microseconds.
function done(summary, latency)
  local errors = summary.errors
  print(string.format(
    '{"requests":%d,"duration":%d,"bytes":%d,"statuses":%d,"failures":%d,"p50":%d,"p95":%d,"p99":%d,"max":%d}',
    summary.requests, summary.duration, summary.bytes,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(95), latency:percentile(99), latency.max))
end
