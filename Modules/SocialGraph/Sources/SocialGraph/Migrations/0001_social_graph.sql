CREATE TABLE social_graph (
    id text PRIMARY KEY,
    author text NOT NULL REFERENCES handles (handle) ON UPDATE CASCADE ON DELETE CASCADE,
    text text NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE INDEX social_graph_by_time ON social_graph (created_at DESC, id DESC);
CREATE INDEX social_graph_by_author ON social_graph (author);
