CREATE TABLE polls (id text);
