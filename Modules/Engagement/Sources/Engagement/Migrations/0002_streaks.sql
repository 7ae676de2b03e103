-- What people did and nobody has counted yet. Whatever happens is appended here, without a look at anything else; one
-- job at a time counts it into the tables below and deletes it.
CREATE TABLE activity_inbox (
    id bigint GENERATED ALWAYS AS IDENTITY,
    handle text NOT NULL REFERENCES handles (handle) ON DELETE CASCADE ON UPDATE CASCADE,
    kind text NOT NULL,
    -- The day in the person's own time zone; NULL for what belongs to no day.
    day date,
    -- Of a founder, the number.
    number integer,
    CONSTRAINT activity_inbox_pkey PRIMARY KEY (id),
    CONSTRAINT activity_inbox_kind_check CHECK (
        kind IN ('presence', 'check_in', 'message', 'post', 'ship', 'game', 'invite', 'founder', 'recheck')
    )
)
-- Rows live for a second: without frequent vacuums the index would be mostly dead entries.
WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);

-- What a reader adds to the counted numbers, so that nobody has to wait for the job.
CREATE INDEX activity_inbox_handle ON activity_inbox (handle);

-- Every day on which somebody was active, with what they did: the history that all other numbers follow from.
CREATE TABLE active_days (
    handle text NOT NULL REFERENCES handles (handle) ON DELETE CASCADE ON UPDATE CASCADE,
    day date NOT NULL,
    messages integer NOT NULL DEFAULT 0,
    posts integer NOT NULL DEFAULT 0,
    ships integer NOT NULL DEFAULT 0,
    games integer NOT NULL DEFAULT 0,
    CONSTRAINT active_days_pkey PRIMARY KEY (handle, day)
);

-- How many people were active on a day, and how many let somebody in.
CREATE TABLE daily_activity (
    day date NOT NULL,
    people bigint NOT NULL DEFAULT 0,
    invites bigint NOT NULL DEFAULT 0,
    CONSTRAINT daily_activity_pkey PRIMARY KEY (day)
);

CREATE TABLE streaks (
    username text NOT NULL REFERENCES handles (handle) ON DELETE CASCADE ON UPDATE CASCADE,
    -- The length of the last run of days. It may be over: see expires_at.
    current_streak integer NOT NULL DEFAULT 0,
    longest_streak integer NOT NULL DEFAULT 0,
    total_days integer NOT NULL DEFAULT 0,
    last_active date,
    -- The last missed day that a freeze saved.
    frozen_on date,
    -- Figures from before every day was kept, to which active_days adds.
    carried_longest integer NOT NULL DEFAULT 0,
    carried_days integer NOT NULL DEFAULT 0,
    -- The midnight of its owner's at which the run is over; NULL once that is counted.
    expires_at timestamptz,
    CONSTRAINT streaks_pkey PRIMARY KEY (username)
);

CREATE INDEX streaks_expires_at ON streaks (expires_at) WHERE expires_at IS NOT NULL;

-- What each person has done in all.
CREATE TABLE activity_totals (
    handle text NOT NULL REFERENCES handles (handle) ON DELETE CASCADE ON UPDATE CASCADE,
    messages bigint NOT NULL DEFAULT 0,
    posts bigint NOT NULL DEFAULT 0,
    ships bigint NOT NULL DEFAULT 0,
    games bigint NOT NULL DEFAULT 0,
    -- People let in.
    invites bigint NOT NULL DEFAULT 0,
    -- The number among the founders.
    founder integer,
    CONSTRAINT activity_totals_pkey PRIMARY KEY (handle)
);

CREATE TABLE achievements (
    handle text NOT NULL REFERENCES handles (handle) ON DELETE CASCADE ON UPDATE CASCADE,
    achievement text NOT NULL,
    earned_at timestamptz NOT NULL,
    -- Its place in the order that its owner chose to show, from 1; NULL for the others.
    showcase smallint,
    CONSTRAINT achievements_pkey PRIMARY KEY (handle, achievement)
);

-- Where people stand: a row for everybody with a score, by board and period ('all', a month as '2026-01', a week as its
-- Monday '2026-01-05').
CREATE TABLE leaderboard_scores (
    handle text NOT NULL REFERENCES handles (handle) ON DELETE CASCADE ON UPDATE CASCADE,
    board text NOT NULL,
    period text NOT NULL,
    score bigint NOT NULL,
    -- The handle first, so that an erasure finds its rows.
    CONSTRAINT leaderboard_scores_pkey PRIMARY KEY (handle, board, period),
    CONSTRAINT leaderboard_scores_score_check CHECK (score > 0)
);

CREATE INDEX leaderboard_scores_order ON leaderboard_scores (board, period, score, handle);

-- How many people have each score, and each range of 256 and of 65,536 scores: a rank is the sum of what lies above it,
-- which is at most 256 rows of each of the finer levels.
CREATE TABLE leaderboard_counts (
    board text NOT NULL,
    period text NOT NULL,
    -- 0: scores; 1: score / 256; 2: score / 65,536.
    level smallint NOT NULL,
    bucket bigint NOT NULL,
    people bigint NOT NULL,
    CONSTRAINT leaderboard_counts_pkey PRIMARY KEY (board, period, level, bucket),
    CONSTRAINT leaderboard_counts_people_check CHECK (people >= 0)
);
