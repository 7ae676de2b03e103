CREATE TABLE engagement (
    id text PRIMARY KEY,
    author text NOT NULL REFERENCES handles (handle) ON UPDATE CASCADE ON DELETE CASCADE,
    text text NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE INDEX engagement_by_time ON engagement (created_at DESC, id DESC);
CREATE INDEX engagement_by_author ON engagement (author);
