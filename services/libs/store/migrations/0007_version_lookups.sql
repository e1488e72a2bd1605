-- The service finds these by version alone, many times a second; heartbeats rewrite rows in place where pages have room.
CREATE INDEX checkpoints_version ON millrace.checkpoints (version_uid, number DESC);
CREATE INDEX assignments_version ON millrace.assignments (version_uid, epoch DESC);
ALTER TABLE millrace.assignments SET (fillfactor = 70);
ALTER TABLE millrace.workers SET (fillfactor = 70);
