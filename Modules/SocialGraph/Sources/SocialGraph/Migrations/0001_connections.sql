-- Who may write to whom, a row per ordered pair. `blocked`: to_user does not want to hear from from_user. A pair
-- without a row is as one with `none`, which is what remains of an ended relation.
CREATE TABLE user_connections (
    from_user text NOT NULL REFERENCES handles (handle) ON DELETE CASCADE ON UPDATE CASCADE,
    to_user text NOT NULL REFERENCES handles (handle) ON DELETE CASCADE ON UPDATE CASCADE,
    status text NOT NULL DEFAULT 'pending',
    -- When the present request was made.
    created_at timestamptz NOT NULL DEFAULT now(),
    -- When the status last changed.
    updated_at timestamptz NOT NULL DEFAULT now(),
    -- Which of the two changed it; NULL for rows that came from elsewhere. No handle, which would have to follow renames.
    actor text,
    -- What the request says, or how the first message begins.
    message text,
    -- How many messages the sender has sent on this day (UTC) while the request waited; NULL before the first.
    stranger_day date,
    stranger_messages integer NOT NULL DEFAULT 0,
    -- The transaction that last changed the status: instances read by it what they must forget.
    writer bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    CONSTRAINT user_connections_pkey PRIMARY KEY (from_user, to_user),
    CONSTRAINT user_connections_status_check CHECK (status IN ('none', 'pending', 'accepted', 'blocked')),
    CONSTRAINT user_connections_actor_check CHECK (actor IN ('sender', 'recipient'))
);

-- Requests to a person, and whom they blocked, newest first.
CREATE INDEX idx_connections_to ON user_connections (to_user, status, created_at DESC, from_user);

-- Who blocked a person.
CREATE INDEX user_connections_blocked ON user_connections (from_user, to_user) WHERE status = 'blocked';

CREATE INDEX user_connections_writer ON user_connections (writer);

-- Every change of a status: who, what, when. Rows are only ever added; their names follow a rename.
CREATE TABLE connection_ledger (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    from_user text NOT NULL REFERENCES handles (handle) ON UPDATE CASCADE,
    to_user text NOT NULL REFERENCES handles (handle) ON UPDATE CASCADE,
    actor text,
    was text NOT NULL,
    became text NOT NULL,
    at timestamptz NOT NULL
);

CREATE INDEX connection_ledger_from ON connection_ledger (from_user, id);
CREATE INDEX connection_ledger_to ON connection_ledger (to_user, id);

-- The table itself sees to it, so that no path of the code, nor an operator by hand, changes a status unrecorded.
CREATE FUNCTION record_connection() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO connection_ledger (from_user, to_user, actor, was, became, at)
    VALUES (
        NEW.from_user, NEW.to_user, NEW.actor, CASE TG_OP WHEN 'UPDATE' THEN OLD.status ELSE 'none' END, NEW.status,
        NEW.updated_at
    );
    RETURN NULL;
END
$$;

CREATE TRIGGER user_connections_record_first
AFTER INSERT ON user_connections
FOR EACH ROW EXECUTE FUNCTION record_connection();

CREATE TRIGGER user_connections_record
AFTER UPDATE OF status ON user_connections
FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status)
EXECUTE FUNCTION record_connection();

CREATE FUNCTION keep_connection_ledger() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
        AND (OLD.id, OLD.actor, OLD.was, OLD.became, OLD.at)
        IS NOT DISTINCT FROM (NEW.id, NEW.actor, NEW.was, NEW.became, NEW.at)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the ledger of connections is only added to';
END
$$;

CREATE TRIGGER connection_ledger_keep
BEFORE UPDATE OR DELETE ON connection_ledger
FOR EACH ROW EXECUTE FUNCTION keep_connection_ledger();

-- Ends a write that was allowed a moment ago and is not any more, with everything beside it. To its client that is a
-- conflict of transactions: the next try is told why.
CREATE FUNCTION refuse_contact() RETURNS integer
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'contact refused' USING ERRCODE = 'serialization_failure';
END
$$;

-- Whom a person does not wish to see in feeds and suggestions.
CREATE TABLE mutes (
    owner text NOT NULL REFERENCES handles (handle) ON DELETE CASCADE ON UPDATE CASCADE,
    muted text NOT NULL REFERENCES handles (handle) ON DELETE CASCADE ON UPDATE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT mutes_pkey PRIMARY KEY (owner, muted)
);

CREATE INDEX mutes_recent ON mutes (owner, created_at DESC, muted);
CREATE INDEX mutes_muted ON mutes (muted);

-- Friends: two rows for each two.
CREATE TABLE friends (
    owner text NOT NULL REFERENCES handles (handle) ON DELETE CASCADE ON UPDATE CASCADE,
    friend text NOT NULL REFERENCES handles (handle) ON DELETE CASCADE ON UPDATE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT friends_pkey PRIMARY KEY (owner, friend)
);

CREATE INDEX friends_recent ON friends (owner, created_at DESC, friend);
CREATE INDEX friends_friend ON friends (friend);

-- One side's wish to be friends; the other side's makes them friends.
CREATE TABLE friend_requests (
    from_user text NOT NULL REFERENCES handles (handle) ON DELETE CASCADE ON UPDATE CASCADE,
    to_user text NOT NULL REFERENCES handles (handle) ON DELETE CASCADE ON UPDATE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT friend_requests_pkey PRIMARY KEY (from_user, to_user)
);

CREATE INDEX friend_requests_to ON friend_requests (to_user, created_at DESC, from_user);

-- Codes that make friends of their owner and whoever claims them, any number of people until they expire.
CREATE TABLE friend_codes (
    code text NOT NULL,
    owner text NOT NULL REFERENCES handles (handle) ON DELETE CASCADE ON UPDATE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    CONSTRAINT friend_codes_pkey PRIMARY KEY (code)
);

CREATE INDEX friend_codes_owner ON friend_codes (owner);
CREATE INDEX friend_codes_expires_at ON friend_codes (expires_at);
