-- What messages gain after they were sent. All of it stays NULL for plain ones.
ALTER TABLE messages
    ADD COLUMN edited_at timestamptz,
    -- The author took it back: texts, payload and reactions are gone, the row stays as a tombstone.
    ADD COLUMN deleted_at timestamptz,
    -- What became of the signature; NULL for unsigned messages and for those that were never checked.
    ADD COLUMN signature_state text,
    -- A message has two sides, so nobody has to be named.
    ADD COLUMN sender_reactions text[],
    ADD COLUMN recipient_reactions text[],
    ADD CONSTRAINT messages_signature_state_check CHECK (signature_state IN ('verified', 'invalid', 'no_key'));

-- The order in which the search index takes messages in.
CREATE INDEX messages_ordinal ON messages (ordinal);

-- A muted thread counts in no badge.
ALTER TABLE message_threads ADD COLUMN muted boolean NOT NULL DEFAULT false;

CREATE INDEX message_threads_muted ON message_threads (owner) WHERE muted;

-- The texts that edits have replaced.
CREATE TABLE message_edits (
    message_id text NOT NULL REFERENCES messages (id) ON DELETE CASCADE ON UPDATE CASCADE,
    -- 1 for the text as first sent.
    number integer NOT NULL,
    text text,
    -- When the text was written, and when the next one took its place.
    written_at timestamptz NOT NULL,
    replaced_at timestamptz NOT NULL,
    CONSTRAINT message_edits_pkey PRIMARY KEY (message_id, number)
);

-- Numbers that signatures have used up, until they are too old to count anyway.
CREATE TABLE message_nonces (
    handle text NOT NULL REFERENCES handles (handle) ON DELETE CASCADE ON UPDATE CASCADE,
    nonce text NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT message_nonces_pkey PRIMARY KEY (handle, nonce)
);

CREATE INDEX message_nonces_expires_at ON message_nonces (expires_at);

-- What people remember about one another. Only their owner sees them.
CREATE TABLE memories (
    id text NOT NULL,
    owner text NOT NULL REFERENCES handles (handle) ON DELETE CASCADE ON UPDATE CASCADE,
    about text NOT NULL REFERENCES handles (handle) ON DELETE CASCADE ON UPDATE CASCADE,
    observation text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT memories_pkey PRIMARY KEY (id)
);

CREATE INDEX idx_memories_owner ON memories (owner, about, created_at DESC, id DESC);
CREATE INDEX memories_recent ON memories (owner, created_at DESC, id DESC);
CREATE INDEX memories_about ON memories (about);

-- The words of messages. A table of its own, filled behind the sends: an index on messages would be written again for
-- every message that is read or reacted to.
CREATE TABLE message_search (
    message_id text NOT NULL REFERENCES messages (id) ON DELETE CASCADE ON UPDATE CASCADE,
    created_at timestamptz NOT NULL,
    -- The words, and '@' with the handles of both sides; NULL when they are to be made anew.
    terms tsvector,
    CONSTRAINT message_search_pkey PRIMARY KEY (message_id)
);

-- The job writes in batches, which the pending list is for; it is read by every search, so it stays short.
CREATE INDEX message_search_terms ON message_search USING gin (terms) WITH (gin_pending_list_limit = 512);

CREATE INDEX message_search_stale ON message_search (message_id) WHERE terms IS NULL;

-- How far the words of messages are in the table, by the order in which messages were stored.
CREATE TABLE message_search_progress (
    only_row boolean NOT NULL DEFAULT true,
    -- Everything up to here is done.
    done bigint NOT NULL DEFAULT 0,
    -- Up to here messages were seen to exist; those that still may appear belong to transactions older than seen_by.
    seen bigint NOT NULL DEFAULT 0,
    seen_by xid8 NOT NULL DEFAULT '0',
    CONSTRAINT message_search_progress_pkey PRIMARY KEY (only_row),
    CONSTRAINT message_search_progress_only_row_check CHECK (only_row)
);

INSERT INTO message_search_progress DEFAULT VALUES;

-- A text as it is compared: lower case, compatible forms alike, ß as ss. By the rules of Unicode, whatever the locale
-- of the database is.
CREATE FUNCTION message_fold(content text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE
    WHEN octet_length(content) = char_length(content) THEN lower(content COLLATE "C") COLLATE "C"
    ELSE replace(lower(normalize(content, NFKC) COLLATE "und-x-icu"), 'ß', 'ss') COLLATE "C"
END;

-- Runs of scripts that put no spaces between words: Chinese, Japanese, Korean, Thai, Lao, Khmer, Burmese.
CREATE FUNCTION message_unspaced() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '[\u0E00-\u0EFF\u1000-\u109F\u1100-\u11FF\u1780-\u17FF\u2E80-\u2FDF\u3005-\u3007\u3031-\u3035\u3041-\u30FF'
    '\u3105-\u318F\u31A0-\u31BF\u31F0-\u31FF\u3400-\u4DBF\u4E00-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF\U00020000-\U000323AF]+';

-- The words of a text. Of a run without spaces each character and each pair of neighbours.
CREATE FUNCTION message_words(content text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    folded text := message_fold(left(content, 8000));
    pairs text[] := '{}';
BEGIN
    IF octet_length(folded) = char_length(folded) THEN
        -- Signs are blanks: what holds them together, such as a path or an address, is found by its parts.
        RETURN strip(to_tsvector('simple', translate(folded, $_$!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~$_$, repeat(' ', 32))));
    END IF;
    IF folded ~ message_unspaced() THEN
        pairs := ARRAY(
            SELECT DISTINCT substr(run[1], start, size)
            FROM regexp_matches(folded, message_unspaced(), 'g') AS run,
                generate_series(1, char_length(run[1])) AS start,
                generate_series(1, 2) AS size
            WHERE start + size <= char_length(run[1]) + 1
        );
        folded := regexp_replace(folded, message_unspaced(), ' ', 'g');
    END IF;
    folded := regexp_replace(folded COLLATE "und-x-icu", '[^[:alnum:]]+', ' ', 'g');
    RETURN strip(to_tsvector('simple', folded)) || array_to_tsvector(pairs);
END
$$;

-- What the search index holds of a message.
CREATE FUNCTION message_terms(content text, sender text, recipient text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN message_words(coalesce(content, '')) || array_to_tsvector(ARRAY['@' || sender, '@' || recipient]);

-- Asks for all words of a text, in messages that all of these people sent or received and none of the hidden. NULL,
-- which matches nothing, for a text without words.
CREATE FUNCTION message_query(wanted text, people text[], hidden text[]) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
    -- Words and handles hold neither quotes nor backslashes.
    SELECT string_agg(condition, ' & ')::tsquery
    FROM (
        SELECT '''' || term || '''' AS condition FROM unnest(tsvector_to_array(message_words(wanted))) AS term
        UNION ALL SELECT '''@' || person || '''' FROM unnest(people) AS person
        UNION ALL SELECT '!''@' || person || '''' FROM unnest(hidden) AS person
    ) AS conditions
    WHERE length(message_words(wanted)) > 0
);

-- Patterns for the runs of a text in which neighbouring pairs alone say too little.
CREATE FUNCTION message_runs(wanted text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY(
    SELECT '%' || run[1] || '%'
    FROM regexp_matches(message_fold(wanted), message_unspaced(), 'g') AS run
    WHERE char_length(run[1]) > 2
);
