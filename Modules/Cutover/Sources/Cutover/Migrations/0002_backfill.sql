-- What a backfill has read and not merged yet, and how far it is. UNLOGGED, all three of them: a crash of the server empties
-- them together, and the backfill begins again instead of trusting half of them.
CREATE UNLOGGED TABLE backfill_staging (
    data_set text NOT NULL,
    -- What the records are merged by: a message's id, a folded handle.
    entity text COLLATE "C" NOT NULL,
    -- The kind of copy, as the data set names it.
    kind text NOT NULL,
    -- The key, and the place in its value.
    source bytea NOT NULL,
    place integer NOT NULL,
    -- What the old store holds, byte for byte.
    value bytea NOT NULL,
    -- What the data set knows from elsewhere in the old store.
    note text
);

CREATE INDEX backfill_staging_entity ON backfill_staging (data_set, entity);

CREATE UNLOGGED TABLE backfill_positions (
    run text NOT NULL,
    step text NOT NULL,
    -- A cursor, or the last entity that is done.
    position text NOT NULL,
    is_done boolean NOT NULL,
    CONSTRAINT backfill_positions_pkey PRIMARY KEY (run, step)
);

CREATE UNLOGGED TABLE backfill_counts (
    run text NOT NULL,
    data_set text NOT NULL,
    -- keys, records, written, changed, unchanged
    what text NOT NULL,
    -- The pattern of the keys, or empty.
    pattern text NOT NULL,
    total bigint NOT NULL,
    CONSTRAINT backfill_counts_pkey PRIMARY KEY (run, data_set, what, pattern)
);

-- What was not taken over as it stood, with the raw bytes: the quarantine and the report in one. Stays when a backfill is
-- over; the next one adds only what it has not seen before.
CREATE TABLE backfill_findings (
    data_set text NOT NULL,
    -- altered: taken over in another form; skipped: not taken over; conflict: kept under another id.
    outcome text NOT NULL,
    reason text NOT NULL,
    source bytea NOT NULL,
    place integer NOT NULL,
    value bytea NOT NULL,
    CONSTRAINT backfill_findings_outcome_check CHECK (outcome IN ('altered', 'skipped', 'conflict'))
);

-- By a hash: keys of the old store may be longer than an index takes.
CREATE UNIQUE INDEX backfill_findings_once ON backfill_findings (data_set, reason, sha256(source), place);
