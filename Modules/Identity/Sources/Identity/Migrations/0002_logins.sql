-- GitHub accounts and the handles that they own, by the number that stays when an account is renamed.
CREATE TABLE github_accounts (
    github_id bigint PRIMARY KEY,
    handle text NOT NULL REFERENCES handles (handle) ON DELETE CASCADE ON UPDATE CASCADE,
    login text NOT NULL,
    linked_at timestamptz NOT NULL,
    CONSTRAINT github_accounts_handle_key UNIQUE (handle)
);

-- E-mail addresses and the handles that they own.
CREATE TABLE email_addresses (
    address text PRIMARY KEY,
    handle text NOT NULL REFERENCES handles (handle) ON DELETE CASCADE ON UPDATE CASCADE,
    confirmed_at timestamptz NOT NULL,
    CONSTRAINT email_addresses_handle_key UNIQUE (handle)
);

-- Sign-ins that GitHub has not answered yet. Only hashes: the state is in the address bar, the other half of the proof in
-- a cookie of the browser that began.
CREATE TABLE login_attempts (
    state_hash bytea PRIMARY KEY,
    browser_hash bytea NOT NULL,
    requested text,
    redirect text,
    expires_at timestamptz NOT NULL
);

CREATE INDEX login_attempts_expires_at ON login_attempts (expires_at);

-- E-mailed links, by the hash of their code.
CREATE TABLE email_links (
    code_hash bytea PRIMARY KEY,
    address text NOT NULL,
    -- The handle that the address is to be linked to by its owner; NULL for signing in.
    linking text REFERENCES handles (handle) ON DELETE CASCADE ON UPDATE CASCADE,
    requested text,
    redirect text,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);

CREATE INDEX email_links_expires_at ON email_links (expires_at);
CREATE INDEX email_links_linking ON email_links (linking) WHERE linking IS NOT NULL;

-- For a minute after a sign-in, the next register of the handle from the same address gets a token, once.
CREATE TABLE login_grants (
    handle text PRIMARY KEY REFERENCES handles (handle) ON DELETE CASCADE ON UPDATE CASCADE,
    address_hash bytea NOT NULL,
    expires_at timestamptz NOT NULL
);

-- Mail to be sent. `message_id` is fixed when the row is written. Who sends takes the row first (`sending`), so nothing is
-- sent twice; what ended between the last byte and the server's answer is `unknown`, and stays so.
CREATE TABLE mail_queue (
    id text PRIMARY KEY,
    message_id text NOT NULL,
    recipient text,
    subject text NOT NULL,
    body text,
    state text NOT NULL DEFAULT 'waiting',
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL,
    -- Nobody wants it after this time.
    expires_at timestamptz NOT NULL,
    taken_at timestamptz,
    taken_by text,
    -- The server's answer or what failed, without addresses.
    outcome text,
    created_at timestamptz NOT NULL,
    ended_at timestamptz,
    CONSTRAINT mail_queue_state_check CHECK (state IN ('waiting', 'sending', 'sent', 'failed', 'unknown')),
    -- What has ended holds nothing personal.
    CONSTRAINT mail_queue_emptied_check CHECK (ended_at IS NULL OR (recipient IS NULL AND body IS NULL)),
    CONSTRAINT mail_queue_ended_check CHECK ((state IN ('sent', 'failed', 'unknown')) = (ended_at IS NOT NULL))
);

CREATE INDEX mail_queue_due ON mail_queue (due_at) WHERE state = 'waiting';
CREATE INDEX mail_queue_sending ON mail_queue (taken_at) WHERE state = 'sending';
CREATE INDEX mail_queue_ended ON mail_queue (ended_at) WHERE ended_at IS NOT NULL;
