CREATE TABLE polls (
    id text PRIMARY KEY,
    author text REFERENCES handles (handle) ON UPDATE CASCADE,
    owner text REFERENCES public.handles(handle),
    shown text REFERENCES handles (shown),
    other text REFERENCES handles,
    message text REFERENCES messages (id)
);
CREATE TABLE poll_votes (poll text REFERENCES polls (id) ON DELETE CASCADE);
ALTER TABLE poll_votes ADD FOREIGN KEY (session) REFERENCES sessions (id) NOT VALID;
