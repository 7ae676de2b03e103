-- Events that wait for a handler: one row per event and handler, deleted in the transaction of its delivery.
CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    handler text NOT NULL,
    event text NOT NULL,
    version integer NOT NULL,
    payload json NOT NULL,
    traceparent text,
    created_at timestamptz NOT NULL DEFAULT now(),
    attempts integer NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL DEFAULT now(),
    -- What the last attempt failed with; never data.
    last_error text,
    -- Set after the last attempt: the row is kept for people to look at.
    dead_at timestamptz
)
-- Rows live for milliseconds: without frequent vacuums the index would be mostly dead entries.
WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);

-- By handler, so that rows of a module that is switched off cost the others nothing.
CREATE INDEX outbox_due ON outbox (handler, next_at) WHERE dead_at IS NULL;

-- Who runs a job that only one instance may run, and when it is due again.
CREATE TABLE job_leases (
    name text PRIMARY KEY,
    holder text NOT NULL,
    until timestamptz NOT NULL,
    due_at timestamptz NOT NULL
);

-- Answers to requests with an Idempotency-Key.
CREATE TABLE idempotency_keys (
    -- SHA-256 of scope, method, route and key.
    id bytea PRIMARY KEY,
    -- The caller's handle, or the client's address: what erasing a handle looks for.
    scope text NOT NULL,
    -- SHA-256 of the request's body.
    body_hash bytea NOT NULL,
    status integer NOT NULL,
    -- An array of [name, value].
    headers json NOT NULL,
    -- NULL: the answer carried a secret.
    answer bytea,
    -- Whether `answer` holds the members of an error, to be shaped again, instead of a body.
    is_error boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idempotency_keys_scope ON idempotency_keys (scope);
CREATE INDEX idempotency_keys_created_at ON idempotency_keys (created_at);

-- What instances tell each other of callers above half of a limit. Losing it costs a moment of leniency.
CREATE UNLOGGED TABLE rate_limit_usage (
    rule text NOT NULL,
    -- A keyed hash of the handle or address.
    subject_hash bigint NOT NULL,
    -- Unix seconds at which the window began.
    window_start bigint NOT NULL,
    instance text NOT NULL,
    used bigint NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (rule, subject_hash, window_start, instance)
);

CREATE INDEX rate_limit_usage_updated_at ON rate_limit_usage (updated_at);

-- Limits that are counted exactly: one row per name and subject, its window begins with the first use.
CREATE TABLE rate_limit_windows (
    name text NOT NULL,
    subject_hash bigint NOT NULL,
    window_start timestamptz NOT NULL,
    window_end timestamptz NOT NULL,
    used integer NOT NULL,
    PRIMARY KEY (name, subject_hash)
);

CREATE INDEX rate_limit_windows_window_end ON rate_limit_windows (window_end);
