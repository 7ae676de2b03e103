-- What matters to the security of accounts, for good: rows are only added.
CREATE TABLE audit_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    handle text REFERENCES handles (handle) ON UPDATE CASCADE,
    -- The keyed hash of the client's address.
    address_hash bytea,
    detail text
);

CREATE INDEX audit_log_handle ON audit_log (handle, at DESC) WHERE handle IS NOT NULL;
