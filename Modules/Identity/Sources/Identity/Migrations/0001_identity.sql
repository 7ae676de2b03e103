-- Who exists. `handle` is the folded key and the only spelling that other tables hold; `shown` is what people see.
-- A row that breaks the rules for new names was there before them and is marked as irregular.
CREATE TABLE handles (
    handle text PRIMARY KEY,
    shown text NOT NULL,
    kind text NOT NULL DEFAULT 'human',
    registered_at timestamptz NOT NULL DEFAULT now(),
    first_active_at timestamptz,
    last_active_at timestamptz,
    messages_sent integer NOT NULL DEFAULT 0,
    genesis boolean NOT NULL DEFAULT false,
    genesis_number integer,
    verified text NOT NULL DEFAULT 'none',
    x_handle text,
    github_handle text,
    is_agent boolean NOT NULL DEFAULT false,
    operator text,
    agent_type text,
    capabilities text[],
    model text,
    status text NOT NULL DEFAULT 'active',
    metadata json,
    irregular boolean NOT NULL DEFAULT false,
    CONSTRAINT handles_genesis_number_key UNIQUE (genesis_number),
    CONSTRAINT handles_kind_check CHECK (kind IN ('human', 'agent', 'system', 'placeholder', 'erased')),
    CONSTRAINT handles_status_check CHECK (status IN ('active', 'suspended', 'revoked')),
    CONSTRAINT handles_handle_check CHECK (
        irregular OR (handle ~ '^[a-z0-9][a-z0-9_]{2,31}$' AND handle !~ '^[0-9]+$')
    )
);

-- The list of people, newest first.
CREATE INDEX handles_people ON handles (registered_at DESC, handle DESC) WHERE kind IN ('human', 'agent');

-- One row that every claim locks: it makes genesis numbers free of gaps and the totals cheap to read.
CREATE TABLE registration_counter (
    only_row boolean PRIMARY KEY DEFAULT true,
    genesis_claimed integer NOT NULL DEFAULT 0,
    registered bigint NOT NULL DEFAULT 0,
    CONSTRAINT registration_counter_only_row_check CHECK (only_row)
);

INSERT INTO registration_counter DEFAULT VALUES;

-- Names that nobody may claim by themselves.
CREATE TABLE reserved_handles (
    handle text PRIMARY KEY,
    category text NOT NULL,
    note text,
    created_at timestamptz NOT NULL DEFAULT now()
);

INSERT INTO reserved_handles (handle, category)
SELECT unnest(names), category
FROM (
    VALUES
        ('system', string_to_array(
            'admin root system vibe support help api bot crawler everyone here channel broadcast security mod '
            'moderator staff official verified null undefined anonymous guest user test', ' ')),
        ('brand', string_to_array(
            'openai anthropic google meta apple microsoft claude gpt chatgpt gemini llama midjourney mistral cursor '
            'windsurf codeium copilot replit linear notion vercel github twitter x discord slack telegram whatsapp '
            'signal ethereum bitcoin solana base coinbase', ' ')),
        ('protected', string_to_array(
            'elon elonmusk naval balajis vitalik vitalikbuterin pg paulgraham sama satya sundar jensen karpathy '
            'andrejkarpathy darioamodei amandaaskell', ' '))
) AS builtin (category, names);

-- Names of erased handles rest here for a while, as keyed hashes: the name itself is gone.
CREATE TABLE quarantined_names (
    name_hash bytea PRIMARY KEY,
    until timestamptz NOT NULL
);

-- Ends a claim that must not be, with everything that was written beside it, by an error of the given SQLSTATE.
CREATE FUNCTION refuse_claim(code text) RETURNS integer
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'claim refused' USING ERRCODE = code;
END
$$;

-- What a person says of themselves.
CREATE TABLE users (
    username text PRIMARY KEY REFERENCES handles (handle) ON DELETE CASCADE ON UPDATE CASCADE,
    building text,
    invited_by text REFERENCES handles (handle) ON DELETE SET NULL ON UPDATE CASCADE,
    invite_code text,
    public_key text,
    recovery_key text,
    registry text NOT NULL DEFAULT 'https://slashvibe.dev',
    key_rotated_at timestamptz,
    status text NOT NULL DEFAULT 'active',
    time_zone text NOT NULL DEFAULT 'UTC',
    -- Written without a token; the owner's first write clears it.
    unverified boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT users_status_check CHECK (status IN ('active', 'suspended', 'revoked'))
);

CREATE INDEX users_invited_by ON users (invited_by) WHERE invited_by IS NOT NULL;

-- One row for each token given out; of the token only its SHA-256.
CREATE TABLE sessions (
    id text PRIMARY KEY,
    handle text NOT NULL REFERENCES handles (handle) ON DELETE CASCADE ON UPDATE CASCADE,
    token_hash bytea NOT NULL,
    client text,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
);

CREATE INDEX sessions_handle ON sessions (handle, created_at DESC);
CREATE INDEX sessions_expires_at ON sessions (expires_at);

-- What other instances must forget: revoked sessions and changed people. `writer` is the transaction that wrote the
-- row, so that readers can tell which rows may still appear behind those they have seen.
CREATE TABLE identity_changes (
    sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    writer bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    kind text NOT NULL,
    subject text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT identity_changes_kind_check CHECK (kind IN ('session', 'person'))
);

CREATE INDEX identity_changes_writer ON identity_changes (writer);

-- The operator suspends people by hand; instances must hear of that too.
CREATE FUNCTION announce_status() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO identity_changes (kind, subject) VALUES ('person', NEW.handle);
    RETURN NULL;
END
$$;

CREATE TRIGGER handles_announce_status
AFTER UPDATE OF status ON handles
FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status)
EXECUTE FUNCTION announce_status();

-- How many names a person has written to that nobody had claimed.
CREATE TABLE placeholder_counts (
    sender text NOT NULL REFERENCES handles (handle) ON DELETE CASCADE ON UPDATE CASCADE,
    day date NOT NULL,
    made integer NOT NULL,
    PRIMARY KEY (sender, day)
);

-- Who is here and what they are doing. A NULL in what a person says means that they never said it.
CREATE TABLE presence (
    username text PRIMARY KEY REFERENCES handles (handle) ON DELETE CASCADE ON UPDATE CASCADE,
    working_on text,
    project text,
    location text,
    context jsonb NOT NULL DEFAULT '{}',
    mood text,
    mood_inferred boolean,
    mood_reason text,
    first_seen timestamptz,
    last_seen timestamptz NOT NULL,
    dna jsonb,
    builder_mode text,
    x_handle text,
    status text NOT NULL DEFAULT 'active',
    -- The programs that report for this person, each with the ways in which it can be reached.
    sources jsonb NOT NULL DEFAULT '{}',
    human_present boolean,
    -- As `identity_changes.writer`.
    writer bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX presence_last_seen ON presence (last_seen DESC);
CREATE INDEX presence_writer ON presence (writer);

-- The last day of their own calendar on which somebody was seen.
CREATE TABLE presence_days (
    handle text PRIMARY KEY REFERENCES handles (handle) ON DELETE CASCADE ON UPDATE CASCADE,
    day date NOT NULL
);

-- Who is typing to whom. Lives for seconds, so it need not survive a crash.
CREATE UNLOGGED TABLE typing (
    recipient text NOT NULL REFERENCES handles (handle) ON DELETE CASCADE ON UPDATE CASCADE,
    sender text NOT NULL REFERENCES handles (handle) ON DELETE CASCADE ON UPDATE CASCADE,
    until timestamptz NOT NULL,
    PRIMARY KEY (recipient, sender)
);

CREATE INDEX typing_sender ON typing (sender);

-- The accounts of the house.
INSERT INTO handles (handle, shown, kind, verified, is_agent, operator)
SELECT name, name, 'system', 'team', true, 'system'
FROM unnest(ARRAY['vibe', 'system', 'solienne', 'scout', 'echo']) AS name;
