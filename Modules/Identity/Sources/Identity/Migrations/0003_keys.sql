-- What matters to the security of accounts, for good: rows are only added.
CREATE TABLE audit_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    handle text REFERENCES handles (handle) ON UPDATE CASCADE,
    -- The keyed hash of the client's address.
    address_hash bytea,
    detail text
);

CREATE INDEX audit_log_handle ON audit_log (handle, at DESC) WHERE handle IS NOT NULL;

-- The one change that a row may meet is the rename of its handle when that is erased: it arrives by the foreign key, and so
-- out of another trigger.
CREATE FUNCTION keep_audit_log() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF pg_trigger_depth() > 1 AND starts_with(NEW.handle, 'deleted_')
            AND (NEW.id, NEW.at, NEW.kind, NEW.address_hash, NEW.detail)
                IS NOT DISTINCT FROM (OLD.id, OLD.at, OLD.kind, OLD.address_hash, OLD.detail)
        THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the audit log is only added to' USING ERRCODE = 'VB010';
END
$$;

CREATE TRIGGER audit_log_keep_rows
BEFORE UPDATE OR DELETE ON audit_log
FOR EACH ROW EXECUTE FUNCTION keep_audit_log();

CREATE TRIGGER audit_log_keep_table
BEFORE TRUNCATE ON audit_log
FOR EACH STATEMENT EXECUTE FUNCTION keep_audit_log();

-- Numbers that signatures have used up, hashed with the key that signed, until the signatures are too old anyway.
CREATE TABLE used_nonces (
    nonce_hash bytea PRIMARY KEY,
    expires_at timestamptz NOT NULL
);

CREATE INDEX used_nonces_expires_at ON used_nonces (expires_at);

-- When the present key first signed with a time and a nonce: from then on, no signature without them counts.
ALTER TABLE users ADD COLUMN dated_signature_at timestamptz;

-- A handle that was here before this service and that nobody has shown to be theirs. Keys that came with it prove nothing:
-- anybody could write them.
ALTER TABLE handles ADD COLUMN carried_over boolean NOT NULL DEFAULT false;

-- When the owner revoked it; 90 days later the name is given back. NULL also for what the operator revoked.
ALTER TABLE handles ADD COLUMN revoked_at timestamptz;

CREATE INDEX handles_revoked_at ON handles (revoked_at) WHERE revoked_at IS NOT NULL;

-- The list of agents, newest first; the accounts of the house are among them.
CREATE INDEX handles_agents ON handles (registered_at DESC, handle DESC)
WHERE is_agent AND kind IN ('agent', 'system') AND status = 'active';

-- What an agent said of itself when it registered as one.
CREATE TABLE agents (
    handle text PRIMARY KEY REFERENCES handles (handle) ON DELETE CASCADE ON UPDATE CASCADE,
    display_name text NOT NULL,
    one_liner text,
    operator text NOT NULL,
    model text,
    -- The original's. It verified no key and let anybody write them, so what stands here opens nothing.
    api_key_hash text,
    status text NOT NULL DEFAULT 'active',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- Keys with which programs act for a handle; of the key only its SHA-256.
CREATE TABLE api_keys (
    id text PRIMARY KEY,
    handle text NOT NULL REFERENCES handles (handle) ON DELETE CASCADE ON UPDATE CASCADE,
    key_hash bytea NOT NULL,
    label text,
    scopes text[] NOT NULL,
    created_at timestamptz NOT NULL,
    -- To the minute.
    last_used_at timestamptz,
    -- Set when another key takes its place.
    expires_at timestamptz,
    revoked_at timestamptz
);

CREATE INDEX api_keys_handle ON api_keys (handle, created_at DESC);
CREATE INDEX api_keys_expires_at ON api_keys (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX api_keys_revoked_at ON api_keys (revoked_at) WHERE revoked_at IS NOT NULL;

-- Takes a carried-over handle back from whoever claimed it by name: `SELECT return_carried_over('ada')`. Ends their
-- sessions and keys, removes every way in that they added, and lets the next claim decide.
--
-- Returns whether the handle had been claimed that way.
CREATE FUNCTION return_carried_over(name text) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE handles SET carried_over = true
    WHERE handle = name AND NOT carried_over
        AND EXISTS (SELECT FROM audit_log AS a WHERE a.handle = name AND a.detail = 'carryover');
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO identity_changes (kind, subject)
    SELECT 'session', id FROM sessions WHERE handle = name
    UNION ALL SELECT 'session', id FROM api_keys WHERE handle = name
    UNION ALL SELECT 'person', name;
    DELETE FROM sessions WHERE handle = name;
    DELETE FROM api_keys WHERE handle = name;
    DELETE FROM login_grants WHERE handle = name;
    DELETE FROM github_accounts WHERE handle = name;
    DELETE FROM email_addresses WHERE handle = name;
    DELETE FROM email_links WHERE linking = name;
    UPDATE users SET public_key = NULL, recovery_key = NULL, dated_signature_at = NULL WHERE username = name;
    INSERT INTO audit_log (at, kind, handle) VALUES (now(), 'carryover_returned', name);
    RETURN true;
END
$$;
