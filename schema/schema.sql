-- The schema of all modules, written by `vibe schema dump`. Do not edit.

CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;

CREATE SEQUENCE cutover_copy_versions AS bigint;

CREATE OR REPLACE FUNCTION public.announce_status()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    INSERT INTO identity_changes (kind, subject) VALUES ('person', NEW.handle);
    RETURN NULL;
END
$function$;

CREATE OR REPLACE FUNCTION public.keep_audit_log()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.keep_connection_ledger()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    IF TG_OP = 'UPDATE'
        AND (OLD.id, OLD.actor, OLD.was, OLD.became, OLD.at)
        IS NOT DISTINCT FROM (NEW.id, NEW.actor, NEW.was, NEW.became, NEW.at)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the ledger of connections is only added to';
END
$function$;

CREATE OR REPLACE FUNCTION public.message_fold(content text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE WHEN (octet_length(content) = char_length(content)) THEN (lower((content COLLATE "C")) COLLATE "C") ELSE (replace(lower((NORMALIZE(content, NFKC) COLLATE "und-x-icu")), 'ß'::text, 'ss'::text) COLLATE "C") END;

CREATE OR REPLACE FUNCTION public.message_query(wanted text, people text[], hidden text[])
 RETURNS tsquery
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN (SELECT (string_agg(conditions.condition, ' & '::text))::tsquery AS string_agg FROM (SELECT ((''''::text || term.term) || ''''::text) AS condition FROM unnest(tsvector_to_array(message_words(message_query.wanted))) term(term) UNION ALL SELECT (('''@'::text || person.person) || ''''::text) FROM unnest(message_query.people) person(person) UNION ALL SELECT (('!''@'::text || person.person) || ''''::text) FROM unnest(message_query.hidden) person(person)) conditions WHERE (length(message_words(message_query.wanted)) > 0));

CREATE OR REPLACE FUNCTION public.message_runs(wanted text)
 RETURNS text[]
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN ARRAY(SELECT (('%'::text || run.run[1]) || '%'::text) FROM regexp_matches(message_fold(message_runs.wanted), message_unspaced(), 'g'::text) run(run) WHERE (char_length(run.run[1]) > 2));

CREATE OR REPLACE FUNCTION public.message_terms(content text, sender text, recipient text)
 RETURNS tsvector
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN (message_words(COALESCE(content, ''::text)) || array_to_tsvector(ARRAY[('@'::text || sender), ('@'::text || recipient)]));

CREATE OR REPLACE FUNCTION public.message_unspaced()
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN '[\u0E00-\u0EFF\u1000-\u109F\u1100-\u11FF\u1780-\u17FF\u2E80-\u2FDF\u3005-\u3007\u3031-\u3035\u3041-\u30FF\u3105-\u318F\u31A0-\u31BF\u31F0-\u31FF\u3400-\u4DBF\u4E00-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF\U00020000-\U000323AF]+'::text;

CREATE OR REPLACE FUNCTION public.message_words(content text)
 RETURNS tsvector
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.record_connection()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    INSERT INTO connection_ledger (from_user, to_user, actor, was, became, at)
    VALUES (
        NEW.from_user, NEW.to_user, NEW.actor, CASE TG_OP WHEN 'UPDATE' THEN OLD.status ELSE 'none' END, NEW.status,
        NEW.updated_at
    );
    RETURN NULL;
END
$function$;

CREATE OR REPLACE FUNCTION public.refuse_claim(code text)
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
BEGIN
    RAISE EXCEPTION 'claim refused' USING ERRCODE = code;
END
$function$;

CREATE OR REPLACE FUNCTION public.refuse_contact()
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
BEGIN
    RAISE EXCEPTION 'contact refused' USING ERRCODE = 'serialization_failure';
END
$function$;

CREATE OR REPLACE FUNCTION public.refuse_redemption(code text)
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
BEGIN
    RAISE EXCEPTION 'redemption refused' USING ERRCODE = code;
END
$function$;

CREATE OR REPLACE FUNCTION public.return_carried_over(name text)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE TABLE achievements (
    handle text NOT NULL,
    achievement text NOT NULL,
    earned_at timestamp with time zone NOT NULL,
    showcase smallint,
    CONSTRAINT achievements_pkey PRIMARY KEY (handle, achievement)
);

CREATE TABLE active_days (
    handle text NOT NULL,
    day date NOT NULL,
    messages integer DEFAULT 0 NOT NULL,
    posts integer DEFAULT 0 NOT NULL,
    ships integer DEFAULT 0 NOT NULL,
    games integer DEFAULT 0 NOT NULL,
    CONSTRAINT active_days_pkey PRIMARY KEY (handle, day)
);

CREATE TABLE activity_inbox (
    id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    handle text NOT NULL,
    kind text NOT NULL,
    day date,
    number integer,
    CONSTRAINT activity_inbox_pkey PRIMARY KEY (id),
    CONSTRAINT activity_inbox_kind_check CHECK ((kind = ANY (ARRAY['presence'::text, 'check_in'::text, 'message'::text, 'post'::text, 'ship'::text, 'game'::text, 'invite'::text, 'founder'::text, 'recheck'::text])))
) WITH (autovacuum_vacuum_scale_factor=0.02, autovacuum_vacuum_threshold=1000);

CREATE TABLE activity_totals (
    handle text NOT NULL,
    messages bigint DEFAULT 0 NOT NULL,
    posts bigint DEFAULT 0 NOT NULL,
    ships bigint DEFAULT 0 NOT NULL,
    games bigint DEFAULT 0 NOT NULL,
    invites bigint DEFAULT 0 NOT NULL,
    founder integer,
    CONSTRAINT activity_totals_pkey PRIMARY KEY (handle)
);

CREATE TABLE agents (
    handle text NOT NULL,
    display_name text NOT NULL,
    one_liner text,
    operator text NOT NULL,
    model text,
    api_key_hash text,
    status text DEFAULT 'active'::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT agents_pkey PRIMARY KEY (handle)
);

CREATE TABLE api_keys (
    id text NOT NULL,
    handle text NOT NULL,
    key_hash bytea NOT NULL,
    label text,
    scopes text[] NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    CONSTRAINT api_keys_pkey PRIMARY KEY (id)
);

CREATE TABLE audit_log (
    id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    at timestamp with time zone NOT NULL,
    kind text NOT NULL,
    handle text,
    address_hash bytea,
    detail text,
    CONSTRAINT audit_log_pkey PRIMARY KEY (id)
);

CREATE UNLOGGED TABLE backfill_counts (
    run text NOT NULL,
    data_set text NOT NULL,
    what text NOT NULL,
    pattern text NOT NULL,
    total bigint NOT NULL,
    CONSTRAINT backfill_counts_pkey PRIMARY KEY (run, data_set, what, pattern)
);

CREATE TABLE backfill_findings (
    data_set text NOT NULL,
    outcome text NOT NULL,
    reason text NOT NULL,
    source bytea NOT NULL,
    place integer NOT NULL,
    value bytea NOT NULL,
    CONSTRAINT backfill_findings_outcome_check CHECK ((outcome = ANY (ARRAY['altered'::text, 'skipped'::text, 'conflict'::text])))
);

CREATE UNLOGGED TABLE backfill_positions (
    run text NOT NULL,
    step text NOT NULL,
    "position" text NOT NULL,
    is_done boolean NOT NULL,
    CONSTRAINT backfill_positions_pkey PRIMARY KEY (run, step)
);

CREATE UNLOGGED TABLE backfill_staging (
    data_set text NOT NULL,
    entity text COLLATE "C" NOT NULL,
    kind text NOT NULL,
    source bytea NOT NULL,
    place integer NOT NULL,
    value bytea NOT NULL,
    note text
);

CREATE TABLE board_authors (
    author text NOT NULL,
    posts integer DEFAULT 0 NOT NULL,
    ships integer DEFAULT 0 NOT NULL,
    CONSTRAINT board_authors_pkey PRIMARY KEY (author)
);

CREATE TABLE board_comments (
    id text NOT NULL,
    entry_id text NOT NULL,
    author text NOT NULL,
    content text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT board_comments_pkey PRIMARY KEY (id)
);

CREATE TABLE board_entries (
    id text NOT NULL,
    author text NOT NULL,
    content text NOT NULL,
    category text DEFAULT 'general'::text NOT NULL,
    tags text[] DEFAULT '{}'::text[] NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    verified boolean DEFAULT false NOT NULL,
    edited_at timestamp with time zone,
    reactions jsonb DEFAULT '{}'::jsonb NOT NULL,
    comment_count integer DEFAULT 0 NOT NULL,
    ordinal bigint GENERATED BY DEFAULT AS IDENTITY NOT NULL,
    CONSTRAINT board_entries_pkey PRIMARY KEY (id),
    CONSTRAINT board_entries_comment_count_check CHECK ((comment_count >= 0))
);

CREATE TABLE board_reactions (
    entry_id text NOT NULL,
    handle text NOT NULL,
    reaction text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT board_reactions_pkey PRIMARY KEY (entry_id, handle, reaction)
);

CREATE TABLE board_tags (
    entry_id text NOT NULL,
    tag text NOT NULL,
    category text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT board_tags_pkey PRIMARY KEY (entry_id, tag)
);

CREATE TABLE connection_ledger (
    id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    from_user text NOT NULL,
    to_user text NOT NULL,
    actor text,
    was text NOT NULL,
    became text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT connection_ledger_pkey PRIMARY KEY (id)
);

CREATE TABLE cutover_actions (
    id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    data_set text NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    phase text NOT NULL,
    target text,
    epoch bigint NOT NULL,
    is_forced boolean DEFAULT false NOT NULL,
    reason text,
    CONSTRAINT cutover_actions_pkey PRIMARY KEY (id),
    CONSTRAINT cutover_actions_action_check CHECK ((action = ANY (ARRAY['prepare'::text, 'commit'::text, 'settle'::text, 'abort'::text, 'archive'::text])))
);

CREATE TABLE cutover_copies (
    data_set text NOT NULL,
    kind text NOT NULL,
    key text NOT NULL,
    version bigint DEFAULT nextval('cutover_copy_versions'::regclass) NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    due_at timestamp with time zone DEFAULT now() NOT NULL,
    error text,
    CONSTRAINT cutover_copies_pkey PRIMARY KEY (data_set, kind, key)
);

CREATE TABLE cutover_evidence (
    data_set text NOT NULL,
    backfilled_in bigint,
    backfilled_at timestamp with time zone,
    verified_in bigint,
    verified_at timestamp with time zone,
    compared bigint DEFAULT 0 NOT NULL,
    unexplained bigint DEFAULT 0 NOT NULL,
    shadow_compared bigint DEFAULT 0 NOT NULL,
    shadow_unexplained bigint DEFAULT 0 NOT NULL,
    CONSTRAINT cutover_evidence_pkey PRIMARY KEY (data_set)
);

CREATE TABLE cutover_instances (
    instance text NOT NULL,
    data_set text NOT NULL,
    epoch bigint NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT cutover_instances_pkey PRIMARY KEY (instance, data_set)
);

CREATE TABLE cutover_phases (
    data_set text NOT NULL,
    phase text NOT NULL,
    target text,
    step text,
    epoch bigint DEFAULT 0 NOT NULL,
    is_archived boolean DEFAULT false NOT NULL,
    both_since bigint,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT cutover_phases_pkey PRIMARY KEY (data_set),
    CONSTRAINT cutover_phases_change_check CHECK (((target IS NULL) = (step IS NULL))),
    CONSTRAINT cutover_phases_phase_check CHECK ((phase = ANY (ARRAY['kv'::text, 'dual_write'::text, 'postgres_reads'::text, 'postgres_only'::text]))),
    CONSTRAINT cutover_phases_step_check CHECK ((step = ANY (ARRAY['preparing'::text, 'committing'::text]))),
    CONSTRAINT cutover_phases_target_check CHECK ((target = ANY (ARRAY['kv'::text, 'dual_write'::text, 'postgres_reads'::text, 'postgres_only'::text])))
);

CREATE TABLE cutover_repairs (
    data_set text NOT NULL,
    kind text NOT NULL,
    key text NOT NULL,
    noted_at timestamp with time zone DEFAULT now() NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    error text,
    CONSTRAINT cutover_repairs_pkey PRIMARY KEY (data_set, kind, key)
);

CREATE TABLE daily_activity (
    day date NOT NULL,
    people bigint DEFAULT 0 NOT NULL,
    invites bigint DEFAULT 0 NOT NULL,
    CONSTRAINT daily_activity_pkey PRIMARY KEY (day)
);

CREATE TABLE discovery_filling (
    only_row boolean DEFAULT true NOT NULL,
    after text DEFAULT ''::text NOT NULL,
    finished_at timestamp with time zone,
    CONSTRAINT discovery_filling_pkey PRIMARY KEY (only_row),
    CONSTRAINT discovery_filling_only_row_check CHECK (only_row)
);

CREATE TABLE discovery_people (
    handle text NOT NULL,
    kind text NOT NULL,
    tier text NOT NULL,
    visibility text NOT NULL,
    building text,
    interests text[] DEFAULT '{}'::text[] NOT NULL,
    search tsvector NOT NULL,
    registered_at timestamp with time zone NOT NULL,
    last_active_at timestamp with time zone NOT NULL,
    active_hours integer DEFAULT 0 NOT NULL,
    earlier_hours integer DEFAULT 0 NOT NULL,
    hours_period integer DEFAULT 0 NOT NULL,
    CONSTRAINT discovery_people_pkey PRIMARY KEY (handle)
) WITH (fillfactor=90);

CREATE TABLE email_addresses (
    address text NOT NULL,
    handle text NOT NULL,
    confirmed_at timestamp with time zone NOT NULL,
    CONSTRAINT email_addresses_pkey PRIMARY KEY (address),
    CONSTRAINT email_addresses_handle_key UNIQUE (handle)
);

CREATE TABLE email_links (
    code_hash bytea NOT NULL,
    address text NOT NULL,
    linking text,
    requested text,
    redirect text,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT email_links_pkey PRIMARY KEY (code_hash)
);

CREATE TABLE follows (
    follower text NOT NULL,
    following text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT follows_pkey PRIMARY KEY (follower, following),
    CONSTRAINT follows_not_oneself_check CHECK ((follower <> following))
);

CREATE TABLE friend_codes (
    code text NOT NULL,
    owner text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT friend_codes_pkey PRIMARY KEY (code)
);

CREATE TABLE friend_requests (
    from_user text NOT NULL,
    to_user text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT friend_requests_pkey PRIMARY KEY (from_user, to_user)
);

CREATE TABLE friends (
    owner text NOT NULL,
    friend text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT friends_pkey PRIMARY KEY (owner, friend)
);

CREATE TABLE funnel_counts (
    day date NOT NULL,
    event text NOT NULL,
    shard smallint NOT NULL,
    total bigint NOT NULL,
    CONSTRAINT funnel_counts_pkey PRIMARY KEY (day, event, shard)
);

CREATE TABLE funnel_people (
    handle text NOT NULL,
    event text NOT NULL,
    first_at timestamp with time zone NOT NULL,
    CONSTRAINT funnel_people_pkey PRIMARY KEY (handle, event)
);

CREATE TABLE github_accounts (
    github_id bigint NOT NULL,
    handle text NOT NULL,
    login text NOT NULL,
    linked_at timestamp with time zone NOT NULL,
    CONSTRAINT github_accounts_pkey PRIMARY KEY (github_id),
    CONSTRAINT github_accounts_handle_key UNIQUE (handle)
);

CREATE TABLE handles (
    handle text NOT NULL,
    shown text NOT NULL,
    kind text DEFAULT 'human'::text NOT NULL,
    registered_at timestamp with time zone DEFAULT now() NOT NULL,
    first_active_at timestamp with time zone,
    last_active_at timestamp with time zone,
    messages_sent integer DEFAULT 0 NOT NULL,
    genesis boolean DEFAULT false NOT NULL,
    genesis_number integer,
    verified text DEFAULT 'none'::text NOT NULL,
    x_handle text,
    github_handle text,
    is_agent boolean DEFAULT false NOT NULL,
    operator text,
    agent_type text,
    capabilities text[],
    model text,
    status text DEFAULT 'active'::text NOT NULL,
    metadata json,
    irregular boolean DEFAULT false NOT NULL,
    carried_over boolean DEFAULT false NOT NULL,
    revoked_at timestamp with time zone,
    CONSTRAINT handles_pkey PRIMARY KEY (handle),
    CONSTRAINT handles_genesis_number_key UNIQUE (genesis_number),
    CONSTRAINT handles_handle_check CHECK ((irregular OR ((handle ~ '^[a-z0-9][a-z0-9_]{2,31}$'::text) AND (handle !~ '^[0-9]+$'::text)))),
    CONSTRAINT handles_kind_check CHECK ((kind = ANY (ARRAY['human'::text, 'agent'::text, 'system'::text, 'placeholder'::text, 'erased'::text]))),
    CONSTRAINT handles_status_check CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text, 'revoked'::text])))
);

CREATE TABLE idempotency_keys (
    id bytea NOT NULL,
    scope text NOT NULL,
    body_hash bytea NOT NULL,
    status integer NOT NULL,
    headers json NOT NULL,
    answer bytea,
    is_error boolean NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (id)
);

CREATE TABLE identity_changes (
    sequence bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    writer bigint DEFAULT ((pg_current_xact_id())::text)::bigint NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT identity_changes_pkey PRIMARY KEY (sequence),
    CONSTRAINT identity_changes_kind_check CHECK ((kind = ANY (ARRAY['session'::text, 'person'::text])))
);

CREATE TABLE introductions (
    handle text NOT NULL,
    day date NOT NULL,
    person text NOT NULL,
    score integer NOT NULL,
    reasons json NOT NULL,
    CONSTRAINT introductions_pkey PRIMARY KEY (handle, day)
);

CREATE TABLE inviters (
    handle text NOT NULL,
    invited integer DEFAULT 0 NOT NULL,
    bonuses integer DEFAULT 0 NOT NULL,
    CONSTRAINT inviters_pkey PRIMARY KEY (handle)
);

CREATE TABLE invites (
    code text NOT NULL,
    created_by text NOT NULL,
    used_by text,
    used_at timestamp with time zone,
    expires_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    is_bonus boolean DEFAULT false NOT NULL,
    CONSTRAINT invites_pkey PRIMARY KEY (code)
);

CREATE TABLE job_leases (
    name text NOT NULL,
    holder text NOT NULL,
    until timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    CONSTRAINT job_leases_pkey PRIMARY KEY (name)
);

CREATE TABLE leaderboard_counts (
    board text NOT NULL,
    period text NOT NULL,
    level smallint NOT NULL,
    bucket bigint NOT NULL,
    people bigint NOT NULL,
    CONSTRAINT leaderboard_counts_pkey PRIMARY KEY (board, period, level, bucket),
    CONSTRAINT leaderboard_counts_people_check CHECK ((people >= 0))
);

CREATE TABLE leaderboard_scores (
    handle text NOT NULL,
    board text NOT NULL,
    period text NOT NULL,
    score bigint NOT NULL,
    CONSTRAINT leaderboard_scores_pkey PRIMARY KEY (handle, board, period),
    CONSTRAINT leaderboard_scores_score_check CHECK ((score > 0))
);

CREATE TABLE login_attempts (
    state_hash bytea NOT NULL,
    browser_hash bytea NOT NULL,
    requested text,
    redirect text,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT login_attempts_pkey PRIMARY KEY (state_hash)
);

CREATE TABLE login_grants (
    handle text NOT NULL,
    address_hash bytea NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT login_grants_pkey PRIMARY KEY (handle)
);

CREATE TABLE mail_queue (
    id text NOT NULL,
    message_id text NOT NULL,
    recipient text,
    subject text NOT NULL,
    body text,
    state text DEFAULT 'waiting'::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    due_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    taken_at timestamp with time zone,
    taken_by text,
    outcome text,
    created_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT mail_queue_pkey PRIMARY KEY (id),
    CONSTRAINT mail_queue_emptied_check CHECK (((ended_at IS NULL) OR ((recipient IS NULL) AND (body IS NULL)))),
    CONSTRAINT mail_queue_ended_check CHECK (((state = ANY (ARRAY['sent'::text, 'failed'::text, 'unknown'::text])) = (ended_at IS NOT NULL))),
    CONSTRAINT mail_queue_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'sending'::text, 'sent'::text, 'failed'::text, 'unknown'::text])))
);

CREATE TABLE memories (
    id text NOT NULL,
    owner text NOT NULL,
    about text NOT NULL,
    observation text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT memories_pkey PRIMARY KEY (id)
);

CREATE TABLE message_edits (
    message_id text NOT NULL,
    number integer NOT NULL,
    text text,
    written_at timestamp with time zone NOT NULL,
    replaced_at timestamp with time zone NOT NULL,
    CONSTRAINT message_edits_pkey PRIMARY KEY (message_id, number)
);

CREATE TABLE message_nonces (
    handle text NOT NULL,
    nonce text NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT message_nonces_pkey PRIMARY KEY (handle, nonce)
);

CREATE TABLE message_polls (
    session_id text NOT NULL,
    owner text NOT NULL,
    "position" timestamp with time zone NOT NULL,
    recent_ids text[] NOT NULL,
    recent_at timestamp with time zone[] NOT NULL,
    polled_at timestamp with time zone NOT NULL,
    CONSTRAINT message_polls_pkey PRIMARY KEY (session_id)
);

CREATE TABLE message_search (
    message_id text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    terms tsvector,
    CONSTRAINT message_search_pkey PRIMARY KEY (message_id)
);

CREATE TABLE message_search_progress (
    only_row boolean DEFAULT true NOT NULL,
    done bigint DEFAULT 0 NOT NULL,
    seen bigint DEFAULT 0 NOT NULL,
    seen_by xid8 DEFAULT '0'::xid8 NOT NULL,
    CONSTRAINT message_search_progress_pkey PRIMARY KEY (only_row),
    CONSTRAINT message_search_progress_only_row_check CHECK (only_row)
);

CREATE TABLE message_threads (
    owner text NOT NULL,
    peer text NOT NULL,
    last_id text NOT NULL,
    last_at timestamp with time zone NOT NULL,
    last_sent boolean NOT NULL,
    preview text NOT NULL,
    unread integer DEFAULT 0 NOT NULL,
    last_hour timestamp with time zone GENERATED ALWAYS AS (date_bin('01:00:00'::interval, last_at, '2000-01-01 00:00:00+00'::timestamp with time zone)) STORED NOT NULL,
    has_unread boolean GENERATED ALWAYS AS ((unread > 0)) STORED NOT NULL,
    muted boolean DEFAULT false NOT NULL,
    CONSTRAINT message_threads_pkey PRIMARY KEY (owner, peer),
    CONSTRAINT message_threads_unread_check CHECK ((unread >= 0))
) WITH (fillfactor=80);

CREATE TABLE messages (
    id text NOT NULL,
    from_user text NOT NULL,
    to_user text NOT NULL,
    text text,
    read boolean DEFAULT false NOT NULL,
    read_at timestamp with time zone,
    system_msg boolean DEFAULT false NOT NULL,
    payload json,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    type text DEFAULT 'dm'::text NOT NULL,
    reply_to text,
    v text,
    signature text,
    ordinal bigint GENERATED BY DEFAULT AS IDENTITY NOT NULL,
    withheld boolean DEFAULT false NOT NULL,
    edited_at timestamp with time zone,
    deleted_at timestamp with time zone,
    signature_state text,
    sender_reactions text[],
    recipient_reactions text[],
    CONSTRAINT messages_pkey PRIMARY KEY (id),
    CONSTRAINT messages_signature_state_check CHECK ((signature_state = ANY (ARRAY['verified'::text, 'invalid'::text, 'no_key'::text])))
);

CREATE TABLE mutes (
    owner text NOT NULL,
    muted text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT mutes_pkey PRIMARY KEY (owner, muted)
);

CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    handler text NOT NULL,
    event text NOT NULL,
    version integer NOT NULL,
    payload json NOT NULL,
    traceparent text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    next_at timestamp with time zone DEFAULT now() NOT NULL,
    last_error text,
    dead_at timestamp with time zone,
    CONSTRAINT outbox_pkey PRIMARY KEY (id)
) WITH (autovacuum_vacuum_scale_factor=0.02, autovacuum_vacuum_threshold=1000);

CREATE TABLE person_topics (
    handle text NOT NULL,
    topic text NOT NULL,
    last_active_at timestamp with time zone NOT NULL,
    CONSTRAINT person_topics_pkey PRIMARY KEY (handle, topic)
);

CREATE TABLE placeholder_counts (
    sender text NOT NULL,
    day date NOT NULL,
    made integer NOT NULL,
    CONSTRAINT placeholder_counts_pkey PRIMARY KEY (sender, day)
);

CREATE TABLE presence (
    username text NOT NULL,
    working_on text,
    project text,
    location text,
    context jsonb DEFAULT '{}'::jsonb NOT NULL,
    mood text,
    mood_inferred boolean,
    mood_reason text,
    first_seen timestamp with time zone,
    last_seen timestamp with time zone NOT NULL,
    dna jsonb,
    builder_mode text,
    x_handle text,
    status text DEFAULT 'active'::text NOT NULL,
    sources jsonb DEFAULT '{}'::jsonb NOT NULL,
    human_present boolean,
    writer bigint DEFAULT ((pg_current_xact_id())::text)::bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT presence_pkey PRIMARY KEY (username)
);

CREATE TABLE presence_days (
    handle text NOT NULL,
    day date NOT NULL,
    CONSTRAINT presence_days_pkey PRIMARY KEY (handle)
);

CREATE TABLE profiles (
    handle text NOT NULL,
    bio text,
    avatar text,
    links json DEFAULT '[]'::json NOT NULL,
    interests text[] DEFAULT '{}'::text[] NOT NULL,
    visibility text DEFAULT 'public'::text NOT NULL,
    invisible boolean DEFAULT false NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT profiles_pkey PRIMARY KEY (handle),
    CONSTRAINT profiles_visibility_check CHECK ((visibility = ANY (ARRAY['public'::text, 'members'::text, 'hidden'::text])))
);

CREATE TABLE quarantined_names (
    name_hash bytea NOT NULL,
    until timestamp with time zone NOT NULL,
    CONSTRAINT quarantined_names_pkey PRIMARY KEY (name_hash)
);

CREATE UNLOGGED TABLE rate_limit_usage (
    rule text NOT NULL,
    subject_hash bigint NOT NULL,
    window_start bigint NOT NULL,
    instance text NOT NULL,
    used bigint NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT rate_limit_usage_pkey PRIMARY KEY (rule, subject_hash, window_start, instance)
);

CREATE TABLE rate_limit_windows (
    name text NOT NULL,
    subject_hash bigint NOT NULL,
    window_start timestamp with time zone NOT NULL,
    window_end timestamp with time zone NOT NULL,
    used integer NOT NULL,
    CONSTRAINT rate_limit_windows_pkey PRIMARY KEY (name, subject_hash)
);

CREATE TABLE registration_counter (
    only_row boolean DEFAULT true NOT NULL,
    genesis_claimed integer DEFAULT 0 NOT NULL,
    registered bigint DEFAULT 0 NOT NULL,
    CONSTRAINT registration_counter_pkey PRIMARY KEY (only_row),
    CONSTRAINT registration_counter_only_row_check CHECK (only_row)
);

CREATE TABLE reserved_handles (
    handle text NOT NULL,
    category text NOT NULL,
    note text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT reserved_handles_pkey PRIMARY KEY (handle)
);

CREATE TABLE schema_migrations (
    module text NOT NULL,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    duration_ms bigint NOT NULL,
    applied_by text DEFAULT CURRENT_USER NOT NULL,
    CONSTRAINT schema_migrations_pkey PRIMARY KEY (module, name)
);

CREATE TABLE search_words (
    word text NOT NULL,
    CONSTRAINT search_words_pkey PRIMARY KEY (word)
);

CREATE TABLE sessions (
    id text NOT NULL,
    handle text NOT NULL,
    token_hash bytea NOT NULL,
    client text,
    created_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    CONSTRAINT sessions_pkey PRIMARY KEY (id)
);

CREATE TABLE social_counts (
    handle text NOT NULL,
    followers integer DEFAULT 0 NOT NULL,
    following integer DEFAULT 0 NOT NULL,
    friends integer DEFAULT 0 NOT NULL,
    CONSTRAINT social_counts_pkey PRIMARY KEY (handle)
);

CREATE TABLE streaks (
    username text NOT NULL,
    current_streak integer DEFAULT 0 NOT NULL,
    longest_streak integer DEFAULT 0 NOT NULL,
    total_days integer DEFAULT 0 NOT NULL,
    last_active date,
    frozen_on date,
    carried_longest integer DEFAULT 0 NOT NULL,
    carried_days integer DEFAULT 0 NOT NULL,
    expires_at timestamp with time zone,
    CONSTRAINT streaks_pkey PRIMARY KEY (username)
);

CREATE TABLE suggestion_dismissals (
    handle text NOT NULL,
    dismissed text NOT NULL,
    topics text[] DEFAULT '{}'::text[] NOT NULL,
    dismissed_at timestamp with time zone NOT NULL,
    CONSTRAINT suggestion_dismissals_pkey PRIMARY KEY (handle, dismissed)
);

CREATE UNLOGGED TABLE typing (
    recipient text NOT NULL,
    sender text NOT NULL,
    until timestamp with time zone NOT NULL,
    CONSTRAINT typing_pkey PRIMARY KEY (recipient, sender)
);

CREATE TABLE used_nonces (
    nonce_hash bytea NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT used_nonces_pkey PRIMARY KEY (nonce_hash)
);

CREATE TABLE user_connections (
    from_user text NOT NULL,
    to_user text NOT NULL,
    status text DEFAULT 'pending'::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    actor text,
    message text,
    stranger_day date,
    stranger_messages integer DEFAULT 0 NOT NULL,
    writer bigint DEFAULT ((pg_current_xact_id())::text)::bigint NOT NULL,
    CONSTRAINT user_connections_pkey PRIMARY KEY (from_user, to_user),
    CONSTRAINT user_connections_actor_check CHECK ((actor = ANY (ARRAY['sender'::text, 'recipient'::text]))),
    CONSTRAINT user_connections_status_check CHECK ((status = ANY (ARRAY['none'::text, 'pending'::text, 'accepted'::text, 'blocked'::text])))
);

CREATE TABLE users (
    username text NOT NULL,
    building text,
    invited_by text,
    invite_code text,
    public_key text,
    recovery_key text,
    registry text DEFAULT 'https://slashvibe.dev'::text NOT NULL,
    key_rotated_at timestamp with time zone,
    status text DEFAULT 'active'::text NOT NULL,
    time_zone text DEFAULT 'UTC'::text NOT NULL,
    unverified boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    dated_signature_at timestamp with time zone,
    CONSTRAINT users_pkey PRIMARY KEY (username),
    CONSTRAINT users_status_check CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text, 'revoked'::text])))
);

CREATE TABLE waitlist (
    email text NOT NULL,
    "position" bigint GENERATED BY DEFAULT AS IDENTITY NOT NULL,
    source text,
    referrer text,
    handle text,
    joined_at timestamp with time zone NOT NULL,
    CONSTRAINT waitlist_pkey PRIMARY KEY (email)
);

ALTER TABLE achievements ADD CONSTRAINT achievements_handle_fkey FOREIGN KEY (handle) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE active_days ADD CONSTRAINT active_days_handle_fkey FOREIGN KEY (handle) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE activity_inbox ADD CONSTRAINT activity_inbox_handle_fkey FOREIGN KEY (handle) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE activity_totals ADD CONSTRAINT activity_totals_handle_fkey FOREIGN KEY (handle) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE agents ADD CONSTRAINT agents_handle_fkey FOREIGN KEY (handle) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE api_keys ADD CONSTRAINT api_keys_handle_fkey FOREIGN KEY (handle) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE audit_log ADD CONSTRAINT audit_log_handle_fkey FOREIGN KEY (handle) REFERENCES handles(handle) ON UPDATE CASCADE;
ALTER TABLE board_authors ADD CONSTRAINT board_authors_author_fkey FOREIGN KEY (author) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE board_comments ADD CONSTRAINT board_comments_author_fkey FOREIGN KEY (author) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE board_comments ADD CONSTRAINT board_comments_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES board_entries(id) ON DELETE CASCADE;
ALTER TABLE board_entries ADD CONSTRAINT board_entries_author_fkey FOREIGN KEY (author) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE board_reactions ADD CONSTRAINT board_reactions_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES board_entries(id) ON DELETE CASCADE;
ALTER TABLE board_reactions ADD CONSTRAINT board_reactions_handle_fkey FOREIGN KEY (handle) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE board_tags ADD CONSTRAINT board_tags_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES board_entries(id) ON DELETE CASCADE;
ALTER TABLE connection_ledger ADD CONSTRAINT connection_ledger_from_user_fkey FOREIGN KEY (from_user) REFERENCES handles(handle) ON UPDATE CASCADE;
ALTER TABLE connection_ledger ADD CONSTRAINT connection_ledger_to_user_fkey FOREIGN KEY (to_user) REFERENCES handles(handle) ON UPDATE CASCADE;
ALTER TABLE discovery_people ADD CONSTRAINT discovery_people_handle_fkey FOREIGN KEY (handle) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE email_addresses ADD CONSTRAINT email_addresses_handle_fkey FOREIGN KEY (handle) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE email_links ADD CONSTRAINT email_links_linking_fkey FOREIGN KEY (linking) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE follows ADD CONSTRAINT follows_follower_fkey FOREIGN KEY (follower) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE follows ADD CONSTRAINT follows_following_fkey FOREIGN KEY (following) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE friend_codes ADD CONSTRAINT friend_codes_owner_fkey FOREIGN KEY (owner) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE friend_requests ADD CONSTRAINT friend_requests_from_user_fkey FOREIGN KEY (from_user) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE friend_requests ADD CONSTRAINT friend_requests_to_user_fkey FOREIGN KEY (to_user) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE friends ADD CONSTRAINT friends_friend_fkey FOREIGN KEY (friend) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE friends ADD CONSTRAINT friends_owner_fkey FOREIGN KEY (owner) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE funnel_people ADD CONSTRAINT funnel_people_handle_fkey FOREIGN KEY (handle) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE github_accounts ADD CONSTRAINT github_accounts_handle_fkey FOREIGN KEY (handle) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE introductions ADD CONSTRAINT introductions_handle_fkey FOREIGN KEY (handle) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE introductions ADD CONSTRAINT introductions_person_fkey FOREIGN KEY (person) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE inviters ADD CONSTRAINT inviters_handle_fkey FOREIGN KEY (handle) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE invites ADD CONSTRAINT invites_created_by_fkey FOREIGN KEY (created_by) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE invites ADD CONSTRAINT invites_used_by_fkey FOREIGN KEY (used_by) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE leaderboard_scores ADD CONSTRAINT leaderboard_scores_handle_fkey FOREIGN KEY (handle) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE login_grants ADD CONSTRAINT login_grants_handle_fkey FOREIGN KEY (handle) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE memories ADD CONSTRAINT memories_about_fkey FOREIGN KEY (about) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE memories ADD CONSTRAINT memories_owner_fkey FOREIGN KEY (owner) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE message_edits ADD CONSTRAINT message_edits_message_id_fkey FOREIGN KEY (message_id) REFERENCES messages(id) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE message_nonces ADD CONSTRAINT message_nonces_handle_fkey FOREIGN KEY (handle) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE message_polls ADD CONSTRAINT message_polls_owner_fkey FOREIGN KEY (owner) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE message_search ADD CONSTRAINT message_search_message_id_fkey FOREIGN KEY (message_id) REFERENCES messages(id) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE message_threads ADD CONSTRAINT message_threads_owner_fkey FOREIGN KEY (owner) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE message_threads ADD CONSTRAINT message_threads_peer_fkey FOREIGN KEY (peer) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE messages ADD CONSTRAINT messages_from_user_fkey FOREIGN KEY (from_user) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE messages ADD CONSTRAINT messages_to_user_fkey FOREIGN KEY (to_user) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE mutes ADD CONSTRAINT mutes_muted_fkey FOREIGN KEY (muted) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE mutes ADD CONSTRAINT mutes_owner_fkey FOREIGN KEY (owner) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE person_topics ADD CONSTRAINT person_topics_handle_fkey FOREIGN KEY (handle) REFERENCES discovery_people(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE placeholder_counts ADD CONSTRAINT placeholder_counts_sender_fkey FOREIGN KEY (sender) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE presence ADD CONSTRAINT presence_username_fkey FOREIGN KEY (username) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE presence_days ADD CONSTRAINT presence_days_handle_fkey FOREIGN KEY (handle) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE profiles ADD CONSTRAINT profiles_handle_fkey FOREIGN KEY (handle) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE sessions ADD CONSTRAINT sessions_handle_fkey FOREIGN KEY (handle) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE social_counts ADD CONSTRAINT social_counts_handle_fkey FOREIGN KEY (handle) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE streaks ADD CONSTRAINT streaks_username_fkey FOREIGN KEY (username) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE suggestion_dismissals ADD CONSTRAINT suggestion_dismissals_dismissed_fkey FOREIGN KEY (dismissed) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE suggestion_dismissals ADD CONSTRAINT suggestion_dismissals_handle_fkey FOREIGN KEY (handle) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE typing ADD CONSTRAINT typing_recipient_fkey FOREIGN KEY (recipient) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE typing ADD CONSTRAINT typing_sender_fkey FOREIGN KEY (sender) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE user_connections ADD CONSTRAINT user_connections_from_user_fkey FOREIGN KEY (from_user) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE user_connections ADD CONSTRAINT user_connections_to_user_fkey FOREIGN KEY (to_user) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE users ADD CONSTRAINT users_invited_by_fkey FOREIGN KEY (invited_by) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE SET NULL;
ALTER TABLE users ADD CONSTRAINT users_username_fkey FOREIGN KEY (username) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE waitlist ADD CONSTRAINT waitlist_handle_fkey FOREIGN KEY (handle) REFERENCES handles(handle) ON UPDATE CASCADE ON DELETE CASCADE;

CREATE INDEX activity_inbox_handle ON public.activity_inbox USING btree (handle);
CREATE INDEX api_keys_expires_at ON public.api_keys USING btree (expires_at) WHERE (expires_at IS NOT NULL);
CREATE INDEX api_keys_handle ON public.api_keys USING btree (handle, created_at DESC);
CREATE INDEX api_keys_revoked_at ON public.api_keys USING btree (revoked_at) WHERE (revoked_at IS NOT NULL);
CREATE INDEX audit_log_handle ON public.audit_log USING btree (handle, at DESC) WHERE (handle IS NOT NULL);
CREATE UNIQUE INDEX backfill_findings_once ON public.backfill_findings USING btree (data_set, reason, sha256(source), place);
CREATE INDEX backfill_staging_entity ON public.backfill_staging USING btree (data_set, entity);
CREATE INDEX board_comments_author ON public.board_comments USING btree (author, created_at, id);
CREATE INDEX board_comments_entry ON public.board_comments USING btree (entry_id, created_at, id);
CREATE INDEX board_entries_own ON public.board_entries USING btree (author, (created_at AT TIME ZONE 'UTC'::text) DESC, id DESC) WHERE verified;
CREATE INDEX idx_board_author ON public.board_entries USING btree (author, (created_at AT TIME ZONE 'UTC'::text) DESC, id DESC);
CREATE INDEX idx_board_category ON public.board_entries USING btree (category, (created_at AT TIME ZONE 'UTC'::text) DESC, id DESC);
CREATE INDEX idx_board_recent ON public.board_entries USING btree (created_at DESC, id DESC);
CREATE INDEX board_reactions_handle ON public.board_reactions USING btree (handle);
CREATE INDEX board_tags_category ON public.board_tags USING btree (tag, category, created_at DESC, entry_id DESC);
CREATE INDEX board_tags_recent ON public.board_tags USING btree (tag, created_at DESC, entry_id DESC);
CREATE INDEX connection_ledger_from ON public.connection_ledger USING btree (from_user, id);
CREATE INDEX connection_ledger_to ON public.connection_ledger USING btree (to_user, id);
CREATE INDEX cutover_actions_set ON public.cutover_actions USING btree (data_set, id);
CREATE INDEX cutover_copies_due ON public.cutover_copies USING btree (data_set, due_at, version);
CREATE INDEX cutover_instances_epoch ON public.cutover_instances USING btree (data_set, epoch);
CREATE INDEX discovery_people_prefix ON public.discovery_people USING btree (handle text_pattern_ops);
CREATE INDEX discovery_people_recent ON public.discovery_people USING btree (last_active_at DESC, handle DESC) WHERE (visibility <> 'hidden'::text);
CREATE INDEX discovery_people_search ON public.discovery_people USING gin (search) WITH (gin_pending_list_limit='256');
CREATE INDEX email_links_expires_at ON public.email_links USING btree (expires_at);
CREATE INDEX email_links_linking ON public.email_links USING btree (linking) WHERE (linking IS NOT NULL);
CREATE INDEX follows_followers ON public.follows USING btree (following, created_at DESC, follower);
CREATE INDEX follows_following ON public.follows USING btree (follower, created_at DESC, following);
CREATE INDEX friend_codes_expires_at ON public.friend_codes USING btree (expires_at);
CREATE INDEX friend_codes_owner ON public.friend_codes USING btree (owner);
CREATE INDEX friend_requests_to ON public.friend_requests USING btree (to_user, created_at DESC, from_user);
CREATE INDEX friends_friend ON public.friends USING btree (friend);
CREATE INDEX friends_recent ON public.friends USING btree (owner, created_at DESC, friend);
CREATE INDEX handles_agents ON public.handles USING btree (registered_at DESC, handle DESC) WHERE (is_agent AND (kind = ANY (ARRAY['agent'::text, 'system'::text])) AND (status = 'active'::text));
CREATE INDEX handles_people ON public.handles USING btree (registered_at DESC, handle DESC) WHERE (kind = ANY (ARRAY['human'::text, 'agent'::text]));
CREATE INDEX handles_revoked_at ON public.handles USING btree (revoked_at) WHERE (revoked_at IS NOT NULL);
CREATE INDEX idempotency_keys_created_at ON public.idempotency_keys USING btree (created_at);
CREATE INDEX idempotency_keys_scope ON public.idempotency_keys USING btree (scope);
CREATE INDEX identity_changes_writer ON public.identity_changes USING btree (writer);
CREATE INDEX introductions_person ON public.introductions USING btree (person);
CREATE INDEX idx_invites_creator ON public.invites USING btree (created_by, used_at DESC, code);
CREATE INDEX idx_invites_expired ON public.invites USING btree (expires_at) WHERE (used_at IS NULL);
CREATE INDEX idx_invites_used_by ON public.invites USING btree (used_by) WHERE (used_by IS NOT NULL);
CREATE INDEX leaderboard_scores_order ON public.leaderboard_scores USING btree (board, period, score, handle);
CREATE INDEX login_attempts_expires_at ON public.login_attempts USING btree (expires_at);
CREATE INDEX mail_queue_due ON public.mail_queue USING btree (due_at) WHERE (state = 'waiting'::text);
CREATE INDEX mail_queue_ended ON public.mail_queue USING btree (ended_at) WHERE (ended_at IS NOT NULL);
CREATE INDEX mail_queue_sending ON public.mail_queue USING btree (taken_at) WHERE (state = 'sending'::text);
CREATE INDEX idx_memories_owner ON public.memories USING btree (owner, about, created_at DESC, id DESC);
CREATE INDEX memories_about ON public.memories USING btree (about);
CREATE INDEX memories_recent ON public.memories USING btree (owner, created_at DESC, id DESC);
CREATE INDEX message_nonces_expires_at ON public.message_nonces USING btree (expires_at);
CREATE INDEX message_polls_owner ON public.message_polls USING btree (owner);
CREATE INDEX message_search_stale ON public.message_search USING btree (message_id) WHERE (terms IS NULL);
CREATE INDEX message_search_terms ON public.message_search USING gin (terms) WITH (gin_pending_list_limit='512');
CREATE INDEX message_threads_muted ON public.message_threads USING btree (owner) WHERE muted;
CREATE INDEX message_threads_recent ON public.message_threads USING btree (owner, last_hour DESC);
CREATE INDEX message_threads_unread ON public.message_threads USING btree (owner) WHERE has_unread;
CREATE INDEX idx_messages_inbox ON public.messages USING btree (to_user, created_at DESC);
CREATE INDEX idx_messages_sent ON public.messages USING btree (from_user, created_at DESC);
CREATE INDEX idx_messages_thread ON public.messages USING btree (LEAST(from_user, to_user), GREATEST(from_user, to_user), created_at DESC, id DESC);
CREATE INDEX idx_messages_unread ON public.messages USING btree (to_user, created_at DESC) WHERE ((NOT read) AND (NOT withheld));
CREATE INDEX messages_ordinal ON public.messages USING btree (ordinal);
CREATE INDEX mutes_muted ON public.mutes USING btree (muted);
CREATE INDEX mutes_recent ON public.mutes USING btree (owner, created_at DESC, muted);
CREATE INDEX outbox_due ON public.outbox USING btree (handler, next_at) WHERE (dead_at IS NULL);
CREATE INDEX person_topics_topic ON public.person_topics USING btree (topic, last_active_at DESC, handle DESC);
CREATE INDEX presence_last_seen ON public.presence USING btree (last_seen DESC);
CREATE INDEX presence_writer ON public.presence USING btree (writer);
CREATE INDEX profiles_restricted ON public.profiles USING btree (handle) WHERE ((visibility <> 'public'::text) OR invisible);
CREATE INDEX rate_limit_usage_updated_at ON public.rate_limit_usage USING btree (updated_at);
CREATE INDEX rate_limit_windows_window_end ON public.rate_limit_windows USING btree (window_end);
CREATE INDEX search_words_similar ON public.search_words USING gin (word gin_trgm_ops);
CREATE INDEX sessions_expires_at ON public.sessions USING btree (expires_at);
CREATE INDEX sessions_handle ON public.sessions USING btree (handle, created_at DESC);
CREATE INDEX streaks_expires_at ON public.streaks USING btree (expires_at) WHERE (expires_at IS NOT NULL);
CREATE INDEX suggestion_dismissals_dismissed ON public.suggestion_dismissals USING btree (dismissed);
CREATE INDEX typing_sender ON public.typing USING btree (sender);
CREATE INDEX used_nonces_expires_at ON public.used_nonces USING btree (expires_at);
CREATE INDEX idx_connections_to ON public.user_connections USING btree (to_user, status, created_at DESC, from_user);
CREATE INDEX user_connections_blocked ON public.user_connections USING btree (from_user, to_user) WHERE (status = 'blocked'::text);
CREATE INDEX user_connections_writer ON public.user_connections USING btree (writer);
CREATE INDEX users_invited_by ON public.users USING btree (invited_by) WHERE (invited_by IS NOT NULL);
CREATE INDEX waitlist_handle ON public.waitlist USING btree (handle) WHERE (handle IS NOT NULL);
CREATE INDEX waitlist_joined ON public.waitlist USING btree (joined_at);

CREATE TRIGGER audit_log_keep_rows BEFORE DELETE OR UPDATE ON public.audit_log FOR EACH ROW EXECUTE FUNCTION keep_audit_log();
CREATE TRIGGER audit_log_keep_table BEFORE TRUNCATE ON public.audit_log FOR EACH STATEMENT EXECUTE FUNCTION keep_audit_log();
CREATE TRIGGER connection_ledger_keep BEFORE DELETE OR UPDATE ON public.connection_ledger FOR EACH ROW EXECUTE FUNCTION keep_connection_ledger();
CREATE TRIGGER handles_announce_status AFTER UPDATE OF status ON public.handles FOR EACH ROW WHEN ((old.status IS DISTINCT FROM new.status)) EXECUTE FUNCTION announce_status();
CREATE TRIGGER user_connections_record AFTER UPDATE OF status ON public.user_connections FOR EACH ROW WHEN ((old.status IS DISTINCT FROM new.status)) EXECUTE FUNCTION record_connection();
CREATE TRIGGER user_connections_record_first AFTER INSERT ON public.user_connections FOR EACH ROW EXECUTE FUNCTION record_connection();
