#!/bin/sh
# Runs postgres-bench and pgbench in turns on a durable server of its own, and prints both.
#
#     compare.sh <path of postgres-bench> [seconds = 4] [rounds = 3]
set -eu
bench=$1 seconds=${2:-4} rounds=${3:-3}
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)
folder=$(mktemp -d /tmp/pgbench-XXXXXX)
as=""
if [ "$(id -u)" = 0 ]; then
    chown postgres "$folder"
    as="setpriv --reuid=postgres --regid=postgres --clear-groups"
fi
chmod 755 "$folder"
cd /
trap '$as "$bin/pg_ctl" -D "$folder/data" -m immediate -s stop; rm -rf "$folder"' EXIT
$as "$bin/initdb" -D "$folder/data" -A trust -U postgres -E UTF8 --locale=C.UTF-8 >/dev/null
$as "$bin/pg_ctl" -D "$folder/data" -s -w -l "$folder/log" \
    -o "-c listen_addresses= -c unix_socket_directories=$folder -c shared_buffers=256MB" start
export PGHOST="$folder" PGUSER=postgres PGDATABASE=postgres

cat >"$folder/select.sql" <<'SQL'
\set id random(1, 100000)
SELECT id, a, b, c, d FROM bench WHERE id = :id;
SQL
cat >"$folder/insert.sql" <<'SQL'
INSERT INTO bench VALUES (nextval('ids'), 'name', 7, TRUE, now());
SQL
"$bin/psql" -q <<'SQL'
CREATE TABLE bench (id int8 PRIMARY KEY, a text NOT NULL, b int4, c bool NOT NULL, d timestamptz NOT NULL);
INSERT INTO bench SELECT i, 'name of ' || i, i, i % 2 = 0, now() FROM generate_series(1, 100000) AS i;
CREATE SEQUENCE ids START 100001 CACHE 1000;
VACUUM ANALYZE bench;
SQL
pgbench() {
    printf 'pgbench %s: ' "$1"
    "$bin/pgbench" -n -M prepared -c 8 -j 2 -T "$seconds" -f "$folder/$1.sql" 2>&1 | grep '^tps' | cut -d' ' -f3
}
for round in $(seq "$rounds"); do
    pgbench select
    pgbench insert
    "$bench" "postgres:///postgres?host=$folder&user=postgres" "$seconds"
done
