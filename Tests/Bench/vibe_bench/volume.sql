-- The volume. People are `person_0` … in groups that are rings: everybody has a thread with the 25 people before and
-- the 25 people after them, so that every inbox holds 50 threads. Variables of psql:
--   people     how many handles there are
--   groups     array of {first person, people in the ring, messages with the next person, messages with the others}
--   mailbox    messages in the one large mailbox, 0 for none: `whale` and 50 people `krill_0` …
-- Of every inbox's 50 threads, 5 hold one unread message; those with the next person are all read.

SET session_replication_role = replica;  -- The rows are consistent: no foreign key needs to be looked up.
SET synchronous_commit = off;
SET work_mem = '512MB';

-- What registering left behind.
TRUNCATE messages, message_threads, message_polls, outbox, presence CASCADE;

INSERT INTO handles (handle, shown)
SELECT name, name
FROM (
    SELECT 'person_' || i AS name FROM generate_series(0, :people - 1) AS i
    UNION ALL
    SELECT 'krill_' || i FROM generate_series(0, 49) AS i WHERE :mailbox > 0
) AS people
ON CONFLICT DO NOTHING;

CREATE TEMPORARY TABLE pairs AS
SELECT
    'person_' || (first + i) AS a,
    'person_' || (first + (i + k) % size) AS b,
    CASE k WHEN 1 THEN deep ELSE shallow END AS length,
    k > 20 AS unread
FROM
    (SELECT g[1] AS first, g[2] AS size, g[3] AS deep, g[4] AS shallow
     FROM (SELECT ARRAY(SELECT json_array_elements_text(element)::integer) AS g
           FROM json_array_elements(:'groups') AS element) AS parsed) AS rings,
    LATERAL generate_series(0, size - 1) AS i,
    generate_series(1, 25) AS k
UNION ALL
SELECT 'krill_' || i, 'whale', :mailbox / 50, i < 5
FROM generate_series(0, 49) AS i
WHERE :mailbox > 0;

-- Written in the order of time, as in life: a thread's messages lie far apart. The newest is from a to b.
CREATE TEMPORARY TABLE lines AS
SELECT 'bench_' || row_number() OVER (ORDER BY at) AS id, *
FROM (
    SELECT
        a, b, j = length AS is_last, j = length AND unread AS unread,
        CASE (length - j) % 2 WHEN 0 THEN a ELSE b END AS sender,
        -- 200 bytes.
        rpad(md5(random()::text) || ' ', 200, 'the quick brown fox jumps over the lazy dog, and ') AS text,
        now() - interval '1 hour' - (hashtext(a || ' ' || b)::bigint + 2147483648) % 2592000 * interval '1 second'
            - (length - j) * interval '7 minutes' AS at
    FROM pairs, LATERAL generate_series(1, length) AS j
) AS written;

INSERT INTO messages (id, from_user, to_user, text, read, read_at, created_at)
SELECT
    id, sender, CASE sender WHEN a THEN b ELSE a END, text, NOT unread,
    CASE WHEN NOT unread THEN at + interval '1 minute' END, at
FROM lines
ORDER BY at;

INSERT INTO message_threads (owner, peer, last_id, last_at, last_sent, preview, unread)
SELECT owner, peer, id, at, sent, text, unread
FROM (
    SELECT a AS owner, b AS peer, id, at, true AS sent, text, 0 AS unread FROM lines WHERE is_last
    UNION ALL
    SELECT b, a, id, at, false, text, unread::integer FROM lines WHERE is_last
) AS sides
ORDER BY at;
