-- REFERENCES messages in a comment is nothing, nor is 'FROM messages' in a text.
CREATE TABLE polls (
    id text PRIMARY KEY,
    author text NOT NULL REFERENCES handles (handle) ON UPDATE CASCADE,
    title text NOT NULL DEFAULT 'taken FROM messages'
);
CREATE TABLE IF NOT EXISTS public.poll_votes (poll text REFERENCES polls (id));
CREATE TABLE poll_extra (id text);
CREATE TEMP TABLE scratch AS SELECT id FROM polls;
CREATE INDEX polls_by_author ON polls (author);
CREATE INDEX messages_by_poll ON messages (payload);
ALTER TABLE IF EXISTS users ADD COLUMN poll text;
DO $$
BEGIN
    INSERT INTO streaks SELECT id FROM scratch;
    PERFORM 1 FROM information_schema.columns, pg_class;
END
$$;
