-- The audit log is read by person and by day.
CREATE INDEX audit_user ON audit (user_id, number);
CREATE INDEX audit_at ON audit (at_ms);
