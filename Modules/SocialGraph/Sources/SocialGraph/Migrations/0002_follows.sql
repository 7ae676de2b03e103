-- Who follows whom.
CREATE TABLE follows (
    follower text NOT NULL REFERENCES handles (handle) ON DELETE CASCADE ON UPDATE CASCADE,
    following text NOT NULL REFERENCES handles (handle) ON DELETE CASCADE ON UPDATE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT follows_pkey PRIMARY KEY (follower, following),
    CONSTRAINT follows_not_oneself_check CHECK (follower <> following)
);

CREATE INDEX follows_followers ON follows (following, created_at DESC, follower);
CREATE INDEX follows_following ON follows (follower, created_at DESC, following);

-- How many of each a person has: kept by the write, so that no reader counts.
CREATE TABLE social_counts (
    handle text NOT NULL REFERENCES handles (handle) ON DELETE CASCADE ON UPDATE CASCADE,
    followers integer NOT NULL DEFAULT 0,
    following integer NOT NULL DEFAULT 0,
    friends integer NOT NULL DEFAULT 0,
    CONSTRAINT social_counts_pkey PRIMARY KEY (handle)
);
