-- Where each data set is. A row exists from the first start or command that knows the set.
CREATE TABLE cutover_phases (
    data_set text NOT NULL,
    phase text NOT NULL,
    -- The change under way: where to, and how far it is.
    target text,
    step text,
    -- Grows by one with every step.
    epoch bigint NOT NULL DEFAULT 0,
    is_archived boolean NOT NULL DEFAULT false,
    -- The epoch since which both stores have been written without a break; NULL while only KV is.
    both_since bigint,
    changed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT cutover_phases_pkey PRIMARY KEY (data_set),
    CONSTRAINT cutover_phases_phase_check CHECK (phase IN ('kv', 'dual_write', 'postgres_reads', 'postgres_only')),
    CONSTRAINT cutover_phases_target_check CHECK (target IN ('kv', 'dual_write', 'postgres_reads', 'postgres_only')),
    CONSTRAINT cutover_phases_step_check CHECK (step IN ('preparing', 'committing')),
    CONSTRAINT cutover_phases_change_check CHECK ((target IS NULL) = (step IS NULL))
);

-- The instances that serve, each with the newest epoch that all its requests act upon, until its lease runs out.
CREATE TABLE cutover_instances (
    instance text NOT NULL,
    data_set text NOT NULL,
    epoch bigint NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT cutover_instances_pkey PRIMARY KEY (instance, data_set)
);

CREATE INDEX cutover_instances_epoch ON cutover_instances (data_set, epoch);

-- Every step that was taken: who, when, why. Rows are only ever added.
CREATE TABLE cutover_actions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    data_set text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor text NOT NULL,
    action text NOT NULL,
    phase text NOT NULL,
    target text,
    epoch bigint NOT NULL,
    is_forced boolean NOT NULL DEFAULT false,
    reason text,
    CONSTRAINT cutover_actions_action_check CHECK (action IN ('prepare', 'commit', 'settle', 'abort', 'archive'))
);

CREATE INDEX cutover_actions_set ON cutover_actions (data_set, id);

-- What the gates ask for. Epochs are those in which the work began: what was seen before does not count after a break.
CREATE TABLE cutover_evidence (
    data_set text NOT NULL,
    backfilled_in bigint,
    backfilled_at timestamptz,
    verified_in bigint,
    verified_at timestamptz,
    compared bigint NOT NULL DEFAULT 0,
    -- Differences that the last verification could not explain.
    unexplained bigint NOT NULL DEFAULT 0,
    shadow_compared bigint NOT NULL DEFAULT 0,
    -- Since the last verification.
    shadow_unexplained bigint NOT NULL DEFAULT 0,
    CONSTRAINT cutover_evidence_pkey PRIMARY KEY (data_set)
);

-- What KV must still be told of, by name: the worker reads the present state. One row per entity, however often it
-- changes; version tells whether it changed again meanwhile.
CREATE SEQUENCE cutover_copy_versions;

CREATE TABLE cutover_copies (
    data_set text NOT NULL,
    kind text NOT NULL,
    key text NOT NULL,
    version bigint NOT NULL DEFAULT nextval('cutover_copy_versions'),
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL DEFAULT now(),
    -- What kind of failure the last attempt met; no data.
    error text,
    CONSTRAINT cutover_copies_pkey PRIMARY KEY (data_set, kind, key)
);

CREATE INDEX cutover_copies_due ON cutover_copies (data_set, due_at, version);

-- KV writes of which nobody knows yet what became of them.
CREATE TABLE cutover_repairs (
    data_set text NOT NULL,
    kind text NOT NULL,
    key text NOT NULL,
    noted_at timestamptz NOT NULL DEFAULT now(),
    attempts integer NOT NULL DEFAULT 0,
    error text,
    CONSTRAINT cutover_repairs_pkey PRIMARY KEY (data_set, kind, key)
);
