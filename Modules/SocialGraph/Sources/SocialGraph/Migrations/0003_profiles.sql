-- Similarity of words, for typing errors in searches. A trusted extension: the owner of the database may create it.
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public;

-- What people say of themselves beyond what Identity knows, and who may see it.
CREATE TABLE profiles (
    handle text PRIMARY KEY REFERENCES handles (handle) ON UPDATE CASCADE ON DELETE CASCADE,
    bio text,
    avatar text,
    -- [{"label": …, "url": …}], in the owner's order.
    links json NOT NULL DEFAULT '[]',
    interests text[] NOT NULL DEFAULT '{}',
    visibility text NOT NULL DEFAULT 'public',
    -- Here without being seen.
    invisible boolean NOT NULL DEFAULT false,
    updated_at timestamptz NOT NULL,
    CONSTRAINT profiles_visibility_check CHECK (visibility IN ('public', 'members', 'hidden'))
);

-- Those whom not everybody may see: few, and asked for by every list of who is here.
CREATE INDEX profiles_restricted ON profiles (handle) WHERE visibility <> 'public' OR invisible;

-- A projection, one row for each person and agent: what lists of people are searched by. It follows the events, and
-- can be emptied and filled again at any time.
CREATE TABLE discovery_people (
    handle text PRIMARY KEY REFERENCES handles (handle) ON UPDATE CASCADE ON DELETE CASCADE,
    kind text NOT NULL,
    tier text NOT NULL,
    visibility text NOT NULL,
    building text,
    interests text[] NOT NULL DEFAULT '{}',
    -- Words, '#interest', 'tier:…' and 'kind:…'.
    search tsvector NOT NULL,
    registered_at timestamptz NOT NULL,
    -- Registration for those never seen since.
    last_active_at timestamptz NOT NULL,
    -- Hours of the day, UTC, in which the person was here: bit 0 for midnight to one. The present four weeks, the
    -- four before them, and the number of the present four weeks.
    active_hours integer NOT NULL DEFAULT 0,
    earlier_hours integer NOT NULL DEFAULT 0,
    hours_period integer NOT NULL DEFAULT 0
) WITH (fillfactor = 90);

CREATE INDEX discovery_people_recent ON discovery_people (last_active_at DESC, handle DESC)
WHERE visibility <> 'hidden';

-- What waits to be sorted into the index is read by every search: little of it, so that searches take the same time.
CREATE INDEX discovery_people_search ON discovery_people USING gin (search) WITH (gin_pending_list_limit = 256);

CREATE INDEX discovery_people_prefix ON discovery_people (handle text_pattern_ops);

-- Whom a topic leads to, the latest first: '#interest', or a word of what somebody builds. Narrow, so that a topic
-- which a third of the people share costs no more than a rare one. Nobody hidden has rows.
CREATE TABLE person_topics (
    handle text NOT NULL REFERENCES discovery_people (handle) ON UPDATE CASCADE ON DELETE CASCADE,
    topic text NOT NULL,
    last_active_at timestamptz NOT NULL,
    PRIMARY KEY (handle, topic)
);

CREATE INDEX person_topics_topic ON person_topics (topic, last_active_at DESC, handle DESC);

-- Every word by which somebody can be found, once: what a misspelt word is compared with.
CREATE TABLE search_words (
    word text PRIMARY KEY
);

CREATE INDEX search_words_similar ON search_words USING gin (word gin_trgm_ops);

-- Whom a person does not want suggested, and the topics that had led there.
CREATE TABLE suggestion_dismissals (
    handle text NOT NULL REFERENCES handles (handle) ON UPDATE CASCADE ON DELETE CASCADE,
    dismissed text NOT NULL REFERENCES handles (handle) ON UPDATE CASCADE ON DELETE CASCADE,
    topics text[] NOT NULL DEFAULT '{}',
    dismissed_at timestamptz NOT NULL,
    PRIMARY KEY (handle, dismissed)
);

CREATE INDEX suggestion_dismissals_dismissed ON suggestion_dismissals (dismissed);

-- The one whom a person should meet, of each day of their own calendar.
CREATE TABLE introductions (
    handle text NOT NULL REFERENCES handles (handle) ON UPDATE CASCADE ON DELETE CASCADE,
    day date NOT NULL,
    person text NOT NULL REFERENCES handles (handle) ON UPDATE CASCADE ON DELETE CASCADE,
    score integer NOT NULL,
    reasons json NOT NULL,
    PRIMARY KEY (handle, day)
);

CREATE INDEX introductions_person ON introductions (person);

-- How far the projection has been filled with those who were there before it.
CREATE TABLE discovery_filling (
    only_row boolean PRIMARY KEY DEFAULT true,
    after text NOT NULL DEFAULT '',
    finished_at timestamptz,
    CONSTRAINT discovery_filling_only_row_check CHECK (only_row)
);

INSERT INTO discovery_filling DEFAULT VALUES;
