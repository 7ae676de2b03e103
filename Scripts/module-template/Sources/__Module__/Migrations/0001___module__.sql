CREATE TABLE __module__ (
    id text PRIMARY KEY,
    author text NOT NULL REFERENCES handles (handle) ON UPDATE CASCADE ON DELETE CASCADE,
    text text NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE INDEX __module___by_time ON __module__ (created_at DESC, id DESC);
CREATE INDEX __module___by_author ON __module__ (author);
